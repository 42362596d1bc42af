import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ApiError, answered, client } from '../api/client';
import type { components } from '../api/schema';
import { useFilter } from '../filter/useFilter';

type VehicleChange = components['schemas']['VehicleChange'];

/** What changes a vehicle. Both show what they wrote before they resolve; they throw what the service says against it. */
export function useWrites(vin: string) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [filter] = useFilter();
  return {
    change: async (change: VehicleChange) => {
      const params = { path: { vin } };
      const written = await answered(client.PATCH('/api/v1/vehicles/{vin}', { params, body: change }));
      const seen = { params: { ...params, query: { after: written.position } } };
      // It is stored: a view that is slow to follow is no failure of what somebody did.
      await answered(client.GET('/api/v1/vehicles/{vin}', seen)).then(
        (vehicle) => queries.setQueryData(['live', 'vehicle', vin], vehicle),
        () => undefined,
      );
      await queries.invalidateQueries({ queryKey: ['live'] });
      return written;
    },
    decommission: async () => {
      await answered(client.DELETE('/api/v1/vehicles/{vin}', { params: { path: { vin } } }));
      void queries.invalidateQueries({ queryKey: ['vehicles'] });
      await navigate({ to: '/vehicles', search: filter });
      void queries.invalidateQueries({ queryKey: ['live'] });
    },
  };
}

/** What the service says against something, or that it does not answer. */
export function problemOf(error: unknown): ApiError['problem'] {
  if (error instanceof ApiError) return error.problem;
  return {
    type: 'about:blank',
    title: 'No answer',
    status: 0,
    detail: 'The service does not answer. Nothing you typed is lost; try again.',
  };
}

/** Customers whose name has a text in it. */
export async function findCustomers(q: string, signal?: AbortSignal) {
  const query = { limit: 20, ...(q.trim() !== '' && { q: q.trim() }) };
  const list = await answered(client.GET('/api/v1/customers', { params: { query }, ...(signal && { signal }) }));
  return list.items;
}

/** The id of the customer of exactly this name; undefined where there is none. */
export async function customerOf(name: string): Promise<string | undefined> {
  if (name === '') return undefined;
  const found = await findCustomers(name);
  const folded = name.toLowerCase();
  return (found.find((each) => each.name === name) ?? found.find((each) => each.name.toLowerCase() === folded))?.id;
}
