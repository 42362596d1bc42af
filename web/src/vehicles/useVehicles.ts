import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { answered, client, type Vehicle, type VehicleList } from '../api/client';
import type { Filter } from '../filter/filter';
import { useWorld } from '../shell/live';

/** Rows that are asked for at once: about 10 kB on the wire. */
const pageSize = 200;
/** How often what is on screen is read anew where the stream tells nothing: last heartbeats are in no event. */
const every = 2000;
/** Changes come in bursts: for so long after one, others wait for the same answer. */
const burst = 300;

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

/** The counts and facets of a filter, as they are now. */
export function useNumbers(filter: Filter) {
  const { freshness } = useWorld();
  const rest = { ...filter };
  delete rest.sort; // no number depends on it
  return useQuery({
    queryKey: ['vehicles', 'live', 'numbers', rest],
    queryFn: async ({ signal }) => {
      const list = await answered(
        client.GET('/api/v1/vehicles', { params: { query: { ...rest, limit: 1, facets: true } }, signal }),
      );
      freshness.saw(list);
      return list;
    },
    placeholderData: keepPreviousData,
    refetchInterval: every,
  });
}

/** The present state of the vehicles on screen. */
export function usePresent(vins: readonly string[]): ReadonlyMap<string, Vehicle> {
  const { freshness } = useWorld();
  const { data } = useQuery({
    queryKey: ['vehicles', 'live', 'present', vins],
    queryFn: async ({ signal }) => {
      const query = { vin: [...vins], limit: pageSize };
      const list = await answered(client.GET('/api/v1/vehicles', { params: { query }, signal }));
      freshness.saw(list);
      return list.items;
    },
    enabled: vins.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: every,
  });
  return useMemo(() => new Map(data?.map((vehicle) => [vehicle.vin, vehicle])), [data]);
}

/** Reads what is on screen anew soon after something has changed. */
export function useLiveVehicles(): void {
  const { stream } = useWorld();
  const queries = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const off = stream.onChange(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ queryKey: ['vehicles', 'live'] });
      }, burst);
    });
    return () => {
      off();
      clearTimeout(timer);
    };
  }, [stream, queries]);
}
