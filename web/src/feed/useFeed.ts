import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { answered, client } from '../api/client';
import type { Filter } from '../filter/filter';
import { useWorld } from '../shell/live';
import type { Feed, Happened } from './feed';
import { type FeedState, FeedStore, listed } from './store';

/** The statuses that a change can have, of those that the filter names; none where it names no such. */
export function changeStatuses({ status }: Filter): Happened['status'][] | undefined {
  return status?.filter((each) => each !== 'never_seen');
}

/** The feed of the changes that a filter means, from when this is first rendered. */
export function useFeed(filter: Filter): [FeedState, again: () => void] {
  const { stream, freshness } = useWorld();
  const queries = useQueryClient();
  const [{ customer, status }] = useState(() => ({ customer: filter.customer, status: changeStatuses(filter) }));
  const store = useMemo(() => {
    const query = { limit: listed, ...(customer && { customer }), ...(status && { status }) };
    return new FeedStore({
      stream,
      matches: (change) =>
        (customer === undefined || customer.includes(change.customer.id)) &&
        (status === undefined || status.includes(change.status)),
      ask: () =>
        queries.query({
          queryKey: ['feed', query],
          queryFn: async ({ signal }) => {
            const list = await answered(client.GET('/api/v1/changes', { params: { query }, signal }));
            freshness.saw(list);
            return list;
          },
          staleTime: 0,
          gcTime: 0,
        }),
    });
  }, [stream, freshness, queries, customer, status]);
  useEffect(() => store.follow(), [store]);
  return [useSyncExternalStore(store.subscribe, store.state), store.again];
}

/** The feed that is shown: the live one or, while it is held, the one of the moment when that began. */
export function useHeld(live: Feed, holding: boolean): Feed {
  const [held, setHeld] = useState<Feed>();
  if (holding && held === undefined) setHeld(live);
  if (!holding && held !== undefined) setHeld(undefined);
  return (holding ? held : undefined) ?? live;
}
