import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { answered, client } from '../api/client';
import { useNow } from './clock';
import { useWorld } from './live';

/** The key of the question how many vehicles of the whole fleet are in each status. */
export const fleetKey = ['live', 'fleet'] as const;

/** A screen that asks nothing would let the age in the header grow: after so long without an answer the shell asks. */
const beat = 4000;

/**
 * How many vehicles of the whole fleet are disconnected. It is asked for after changes, in tabs in the background too, and
 * where nothing else has been answered for a while.
 */
export function useDisconnected(): number | undefined {
  const { freshness, contact, stream } = useWorld();
  const { data, refetch, isFetching } = useQuery({
    queryKey: fleetKey,
    queryFn: async ({ signal }) => {
      const list = await answered(client.GET('/api/v1/vehicles', { params: { query: { limit: 1 } }, signal }));
      freshness.saw(list);
      return list.counts.disconnected;
    },
  });
  const now = useNow();
  useEffect(() => {
    if (document.visibilityState !== 'visible' || isFetching || stream.state() === 'denied') return;
    if (now - contact.last() >= beat) void refetch();
  }, [now, contact, stream, isFetching, refetch]);
  return data;
}
