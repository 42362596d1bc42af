import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answered, client, type VehicleList } from '../api/client';

/** The names of customers by id: from the numbers where they are there, else asked for. Whom the service does not know is named by the id. */
export function useCustomerNames(
  ids: readonly string[],
  numbers: VehicleList | undefined,
): ReadonlyMap<string, string> {
  const names = new Map(numbers?.facets?.customers.map(({ id, name }) => [id, name]));
  const others = ids.filter((id) => !names.has(id));
  const asked = useQueries({
    queries: others.map((id) => ({
      queryKey: ['customers', 'name', id],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await answered(client.GET('/api/v1/customers/{id}', { params: { path: { id } }, signal }))).name,
      enabled: numbers !== undefined, // most are there already
      staleTime: 60_000,
    })),
  });
  others.forEach((id, i) => {
    const answer = asked[i];
    names.set(id, answer?.data ?? (answer?.isError ? `unknown (${id})` : '…'));
  });
  return names;
}

/** How many customers there are. */
export function useCustomerCount(): number | undefined {
  return useQuery({
    queryKey: ['customers', 'count'],
    queryFn: async ({ signal }) =>
      (await answered(client.GET('/api/v1/customers', { params: { query: { limit: 1 } }, signal }))).total,
    staleTime: 60_000,
  }).data;
}

/** Typing pauses for so long before customers are asked for. */
const pause = 80;
/** So many are shown: who does not see the one looked for types one letter more. */
export const foundAtMost = 8;

/** The customers whose names hold a text; those of the text before while they are asked for. */
export function useCustomersFound(text: string) {
  const [q, setQ] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setQ(text.trim()), pause);
    return () => clearTimeout(timer);
  }, [text]);
  return useQuery({
    queryKey: ['customers', 'found', q],
    queryFn: ({ signal }) =>
      answered(client.GET('/api/v1/customers', { params: { query: { q, limit: foundAtMost } }, signal })),
    enabled: q !== '',
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}
