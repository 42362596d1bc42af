import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { useWorld } from '../shell/live';
import { untilNextQuarter } from './past';
import { floor, pastNeeded, quarter } from './usual';

/** How often the numbers of all customers are asked for: the answer grows with them, and what is usual changes by the hour. */
const summaryEvery = 20_000;
/** With so many customers the answer is large, and is asked for more seldom. */
const many = 5000;

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

/** The numbers of each customer, with what is usual. Not under 'live': a change a second would ask for all of it a second. */
export function useSummary(enabled: boolean) {
  return useQuery({
    queryKey: ['overview', 'summary'],
    queryFn: ({ signal }) => answered(client.GET('/api/v1/summary', { signal })),
    enabled,
    staleTime: summaryEvery,
    refetchInterval: ({ state }) => ((state.data?.customers.length ?? 0) > many ? 6 : 1) * summaryEvery,
  });
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
