import { keepPreviousData, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, answered, client } from '../api/client';
import { numbersEvery, useWorld } from '../shell/live';
import type { Known } from './beyond';
import { untilNextQuarter } from './past';
import { floor, pastNeeded, quarter } from './usual';

/** Customers that are asked for where more are not needed: the rows of a table. */
const few = 10;
/** With so many customers all are asked for at once, which tells how many are within what is usual for them. */
const most = 200;

/** The last changes, of some customers or of all. They are read anew with each change. */
export function useLastChanges(customer: string[] | undefined, limit: number) {
  const { freshness } = useWorld();
  return useQuery({
    queryKey: ['live', 'changes', customer, limit],
    queryFn: async ({ signal }) => {
      const list = await answered(
        client.GET('/api/v1/changes', { params: { query: { limit, ...(customer && { customer }) } }, signal }),
      );
      freshness.saw(list);
      return list;
    },
    placeholderData: keepPreviousData,
  });
}

/** What is known of customers against what is usual for them, and how asking for it stands. */
export interface Asked {
  data: Known | undefined;
  error: Error | null;
  refetch: () => void;
}

/** The customers furthest beyond what is usual; of a filter those that it names. They are read anew with each change. */
export function useKnown(chosen: readonly string[] | undefined, enabled: boolean): Asked {
  const all = useFurthest(enabled && chosen === undefined);
  const named = useNamed(enabled ? (chosen ?? []) : []);
  return chosen === undefined ? all : named;
}

/** Those furthest beyond of all: a few of many customers, because a browser wants ten rows and not 50,000 customers. */
function useFurthest(enabled: boolean): Asked {
  const queries = useQueryClient();
  const queryKey = ['live', 'overview', 'customers'];
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const limit = (queries.getQueryData<Known>(queryKey)?.total ?? 0) > most ? few : most;
      const query = { sort: '-beyond' as const, limit };
      const { items, total } = await answered(client.GET('/api/v1/customers', { params: { query }, signal }));
      return { customers: items, total };
    },
    enabled,
    refetchInterval: 4 * numbersEvery, // what is usual changes by the hour, and nothing tells of it
  });
  return { data, error, refetch: () => void refetch() };
}

/** Customers one by one. Whom the service does not know is left out. */
function useNamed(ids: readonly string[]): Asked {
  const asked = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['live', 'overview', 'customer', id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        answered(client.GET('/api/v1/customers/{id}', { params: { path: { id } }, signal })).catch(unknown),
      refetchInterval: 4 * numbersEvery,
    })),
  });
  const found = asked.flatMap(({ data }) => data ?? []);
  const complete = asked.every(({ data }) => data !== undefined);
  return {
    data: complete ? { customers: found, total: found.length } : undefined,
    error: asked.find(({ error }) => error)?.error ?? null,
    refetch: () => asked.forEach(({ refetch }) => void refetch()),
  };
}

function unknown(error: unknown): null {
  if (error instanceof ApiError && error.problem.status === 404) return null;
  throw error;
}

/**
 * The past, as far back as what is usual needs it. It changes each quarter of an hour, and is asked for then. Ask once an answer
 * has told the service's time: by a browser's clock that is wrong, the past may lie in the future.
 */
export function useHistory(customer: string[] | undefined, enabled: boolean) {
  const { freshness } = useWorld();
  return useQuery({
    queryKey: ['overview', 'history', customer],
    queryFn: ({ signal }) => {
      const now = Date.parse(freshness.newest()?.asOf ?? new Date().toISOString());
      const from = new Date(floor(now - pastNeeded, quarter)).toISOString();
      return answered(
        client.GET('/api/v1/summary/history', { params: { query: { from, ...(customer && { customer }) } }, signal }),
      );
    },
    enabled,
    staleTime: ({ state }) => (state.data ? untilNextQuarter(state.data.asOf) : 0),
    refetchInterval: ({ state }) => (state.data ? untilNextQuarter(state.data.asOf) : false),
  });
}
