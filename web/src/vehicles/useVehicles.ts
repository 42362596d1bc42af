import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { answered, client, type Vehicle, type VehicleList } from '../api/client';
import type { Filter } from '../filter/filter';
import { liveEvery, useWorld } from '../shell/live';
import { mostRows, pageSize, watchedPages } from './list';

/** List pages as the cache keeps them: each with the cursor that it began with. */
export type Pages = InfiniteData<VehicleList>;

/** The name of a frozen order in the cache. */
export const orderKey = (filter: Filter) => ['vehicles', 'order', filter] as const;

/** Reads one list page and tells how fresh it was. */
function usePageReader() {
  const { freshness } = useWorld();
  return useCallback(
    async (filter: Filter, cursor: string, signal: AbortSignal) => {
      const query = { ...filter, limit: pageSize, ...(cursor !== '' && { cursor }) };
      const list = await answered(client.GET('/api/v1/vehicles', { params: { query }, signal }));
      freshness.saw(list);
      return list;
    },
    [freshness],
  );
}

/** What the order of a filter is asked with, by whoever shows it and by whoever knows before that it will be shown. */
function orderOf(filter: Filter, read: ReturnType<typeof usePageReader>) {
  return {
    queryKey: orderKey(filter),
    queryFn: ({ pageParam, signal }: { pageParam: string; signal: AbortSignal }) => read(filter, pageParam, signal),
    initialPageParam: '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  };
}

/** Asks for the order of a filter that is about to be shown: painting what stands there would keep the question back. What fails is told by who shows it. */
export function useOrderAhead(): (filter: Filter) => void {
  const queries = useQueryClient();
  const read = usePageReader();
  return useCallback(
    (filter) => void queries.infiniteQuery(orderOf(filter, read)).catch(() => undefined),
    [queries, read],
  );
}

/** The order of the list, page by page. It is frozen: nothing but `apply` or another filter reads it anew. */
export function useOrder(filter: Filter) {
  const read = usePageReader();
  return useInfiniteQuery({
    ...orderOf(filter, read),
    getNextPageParam: (last: VehicleList, pages) => (pages.length * pageSize < mostRows ? last.next : undefined),
    placeholderData: keepPreviousData,
  });
}

/**
 * The order as it is now, as far as the frozen one is loaded, at most a few list pages: so what applying would do is known
 * before, and done at once.
 */
export function useOrderNow(filter: Filter, frozen: Pages | undefined): Pages | undefined {
  const read = usePageReader();
  const depth = Math.min(frozen?.pages.length ?? 0, watchedPages);
  const { data } = useQuery({
    queryKey: ['live', 'order', filter],
    queryFn: async ({ signal }): Promise<Pages> => {
      const now: Pages = { pages: [], pageParams: [] };
      for (let cursor: string | undefined = ''; cursor !== undefined && now.pages.length < depth; ) {
        const page: VehicleList = await read(filter, cursor, signal);
        now.pages.push(page);
        now.pageParams.push(cursor);
        cursor = page.next;
      }
      return now;
    },
    enabled: depth > 0,
    // Just read: what is asked for twice at once would come later, and it is typing that asks.
    ...(frozen && { initialData: frozen, initialDataUpdatedAt: () => Date.now() }),
    staleTime: liveEvery,
    refetchInterval: liveEvery,
  });
  return data;
}

/** The present state of vehicles. */
export function usePresent(vins: readonly string[]): readonly Vehicle[] | undefined {
  const { freshness } = useWorld();
  const { data } = useQuery({
    queryKey: ['live', 'present', vins],
    queryFn: async ({ signal }) => {
      const query = { vin: [...vins], limit: pageSize };
      const list = await answered(client.GET('/api/v1/vehicles', { params: { query }, signal }));
      freshness.saw(list);
      return list.items;
    },
    enabled: vins.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: liveEvery,
  });
  return vins.length > 0 ? data : undefined;
}

/** Which of some vehicles match the filter; undefined until it is known. */
export function useStillMatching(filter: Filter, vins: readonly string[]): ReadonlySet<string> | undefined {
  const { data } = useQuery({
    queryKey: ['live', 'still', filter, vins],
    queryFn: async ({ signal }) => {
      const query = { ...filter, vin: [...vins], limit: pageSize };
      const list = await answered(client.GET('/api/v1/vehicles', { params: { query }, signal }));
      return list.items.map(({ vin }) => vin);
    },
    enabled: vins.length > 0,
  });
  return useMemo(() => (data === undefined ? undefined : new Set(data)), [data]);
}
