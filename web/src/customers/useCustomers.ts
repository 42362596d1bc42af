import { keepPreviousData, useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { ApiError, answered, client } from '../api/client';
import { liveEvery, useWorld } from '../shell/live';
import { type Customer, type CustomerList, type CustomerSearch, usualOrder } from './customer';

/** Customers that are asked for at once. */
export const pageSize = 200;
/** Of how many customers that left their page the present state is asked for one by one. */
const mostStrays = 50;

/** For what asks with a position: views that are far behind (after a large import) answer 503 until they have it. */
export const patient = {
  retry: (failures: number, error: Error) =>
    error instanceof ApiError ? error.problem.status === 503 && failures < 10 : failures < 2,
  retryDelay: 1000,
};

/** What asks for one page, and tells how fresh it is. */
export function usePage(): (
  search: CustomerSearch,
  cursor: string,
  after: string,
  signal: AbortSignal,
) => Promise<CustomerList> {
  const { freshness } = useWorld();
  return useCallback(
    async (search, cursor, after, signal) => {
      const query = {
        sort: usualOrder,
        ...search,
        limit: pageSize,
        ...(cursor !== '' && { cursor }),
        ...(after !== '' && { after }),
      };
      const list: CustomerList = await answered(client.GET('/api/v1/customers', { params: { query }, signal }));
      freshness.saw(list);
      return list;
    },
    [freshness],
  );
}

/** The order of the list, page by page. It is frozen: another search, a write (`after`) or `refetch` reads it anew. */
export function useOrder(search: CustomerSearch, after: string) {
  const page = usePage();
  return useInfiniteQuery({
    queryKey: ['customers', 'order', search, after],
    queryFn: ({ pageParam, signal }) => page(search, pageParam, after, signal),
    initialPageParam: '',
    getNextPageParam: (last: CustomerList) => last.next,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    ...(after !== '' && patient),
    gcTime: 0, // whoever comes back reads the order of then, not the one of before
  });
}

/** A page of the frozen order, that is read anew as long as some of it is on screen. */
export interface Frozen {
  cursor: string;
  page: CustomerList;
  at: number;
}

/** Pages as they are now; undefined where nothing has come yet. */
export function usePresentPages(search: CustomerSearch, frozen: readonly Frozen[], after: string) {
  const page = usePage();
  return useQueries({
    queries: frozen.map(({ cursor, page: was, at }) => ({
      queryKey: ['live', 'customers', search, cursor, after],
      queryFn: ({ signal }: { signal: AbortSignal }) => page(search, cursor, after, signal),
      initialData: was,
      initialDataUpdatedAt: at,
      staleTime: liveEvery / 2,
      refetchInterval: liveEvery,
    })),
  }).map(({ data }) => data);
}

/** The present state of customers whose place is on another page by now: without it their rows would stand still. */
export function useStrays(ids: readonly string[]): readonly Customer[] {
  const { data } = useQuery({
    queryKey: ['live', 'customers', 'strays', ids],
    queryFn: async ({ signal }) => {
      const all = ids
        .slice(0, mostStrays)
        .map((id) => answered(client.GET('/api/v1/customers/{id}', { params: { path: { id } }, signal })).catch(gone));
      return (await Promise.all(all)).filter((each): each is NonNullable<typeof each> => each !== undefined);
    },
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: liveEvery,
  });
  return useMemo(() => (ids.length > 0 ? (data ?? []) : []), [ids, data]);
}

/** A customer that does not exist for who asks is no reason to show the others as they were. */
function gone(error: unknown): undefined {
  if (error instanceof ApiError && error.problem.status === 404) return undefined;
  throw error;
}
