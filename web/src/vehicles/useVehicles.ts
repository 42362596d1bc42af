import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { answered, client, type Vehicle, type VehicleList } from '../api/client';
import type { Filter } from '../filter/filter';
import { liveEvery, useWorld } from '../shell/live';

/** Rows that are asked for at once: about 10 kB on the wire. */
const pageSize = 200;

/** What the service understands of a filter. */
function asked({ sort, ...filter }: Filter) {
  return { ...filter, ...(sort && { sort }) };
}

/** The order of the list, page by page. It is frozen: nothing but `apply` or another filter reads it anew. */
export function useOrder(filter: Filter) {
  const { freshness } = useWorld();
  return useInfiniteQuery({
    queryKey: ['vehicles', 'order', filter],
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...asked(filter), limit: pageSize, ...(pageParam !== '' && { cursor: pageParam }) };
      const list = await answered(client.GET('/api/v1/vehicles', { params: { query }, signal }));
      freshness.saw(list);
      return list;
    },
    initialPageParam: '',
    getNextPageParam: (last: VehicleList) => last.next,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

/** The present state of the vehicles on screen. */
export function usePresent(vins: readonly string[]): ReadonlyMap<string, Vehicle> {
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
  return useMemo(() => new Map(data?.map((vehicle) => [vehicle.vin, vehicle])), [data]);
}
