import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answered, client } from '../api/client';
import { numbersEvery, useWorld } from '../shell/live';
import type { Filter } from './filter';

/** The counts and facets of a filter, as they are now; those of the filter before until it is `ready` for its own. */
export function useNumbers(filter: Filter, ready = true) {
  const { freshness } = useWorld();
  const rest = { ...filter };
  delete rest.sort; // no number depends on it
  return useQuery({
    queryKey: ['live', 'numbers', rest],
    queryFn: async ({ signal }) => {
      const list = await answered(
        client.GET('/api/v1/vehicles', { params: { query: { ...rest, limit: 1, facets: true } }, signal }),
      );
      freshness.saw(list);
      return list;
    },
    enabled: ready,
    placeholderData: keepPreviousData,
    refetchInterval: numbersEvery,
  });
}
