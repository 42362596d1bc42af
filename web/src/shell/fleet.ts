import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { mayRead } from '../access/scopes';
import { answered, client } from '../api/client';
import { useNow } from './clock';
import { useWorld } from './live';
import { useSession } from './session';

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
  const asks = useAsks();
  const { data, refetch, isFetching } = useQuery({
    queryKey: fleetKey,
    queryFn: async ({ signal }) => {
      const list = await answered(client.GET('/api/v1/vehicles', { params: { query: { limit: 1 } }, signal }));
      freshness.saw(list);
      return list.counts.disconnected;
    },
    enabled: asks,
  });
  const now = useNow();
  useEffect(() => {
    if (!asks || document.visibilityState !== 'visible' || isFetching || stream.state() === 'denied') return;
    if (now - contact.last() >= beat) void refetch();
  }, [now, asks, contact, stream, isFetching, refetch]);
  return data;
}

/** Whether there is an answer to be had: nobody, and who may not read, would be refused on every page, the login too. */
function useAsks(): boolean {
  const { data, isError } = useSession();
  if (data === undefined) return isError; // without contact the question finds out when it is back
  return mayRead(data);
}
