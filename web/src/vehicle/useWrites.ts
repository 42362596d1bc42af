import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ApiError, answered, client } from '../api/client';
import type { components } from '../api/schema';
import { useFilter } from '../filter/useFilter';

type VehicleChange = components['schemas']['VehicleChange'];
type NewVehicle = components['schemas']['NewVehicle'];

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

/** Registers a vehicle, and reads it as it is then, so that its page is there at once; throws what the service says against it. */
export function useRegistering() {
  const queries = useQueryClient();
  return async (body: NewVehicle) => {
    const written = await answered(client.POST('/api/v1/vehicles', { body }));
    const seen = { params: { path: { vin: written.vin }, query: { after: written.position } } };
    // It is stored: a view that is slow to follow is no failure of what somebody did.
    await answered(client.GET('/api/v1/vehicles/{vin}', seen)).then(
      (vehicle) => queries.setQueryData(['live', 'vehicle', written.vin], vehicle),
      () => undefined,
    );
    void queries.invalidateQueries({ queryKey: ['vehicles'] }); // whoever comes back to a list finds it there
    void queries.invalidateQueries({ queryKey: ['live'] });
    return written;
  };
}

/** What the service says against something, or that it does not answer. */
export function problemOf(error: unknown): ApiError['problem'] {
  if (error instanceof ApiError) return error.problem;
  return {
    type: 'about:blank',
    title: 'No answer',
    status: 0,
    detail: 'The server did not answer, so it may or may not be saved. What you typed is still here.',
  };
}

/** Customers whose name has a text in it. */
export async function findCustomers(q: string, signal?: AbortSignal) {
  const query = { limit: 20, ...(q.trim() !== '' && { q: q.trim() }) };
  const list = await answered(client.GET('/api/v1/customers', { params: { query }, ...(signal && { signal }) }));
  return list.items;
}

/** The customer of exactly this name among some, else of one that differs in case alone. */
export function named<T extends { name: string }>(among: readonly T[], name: string): T | undefined {
  const folded = name.toLowerCase();
  return among.find((each) => each.name === name) ?? among.find((each) => each.name.toLowerCase() === folded);
}

/** The id of the customer of this name; undefined where there is none. */
export async function customerOf(name: string): Promise<string | undefined> {
  return name === '' ? undefined : named(await findCustomers(name), name)?.id;
}
