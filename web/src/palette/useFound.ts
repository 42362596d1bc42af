import { IconUsers } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { answered, client } from '../api/client';
import { counted } from '../format/number';
import type { Grouped } from './entries';

/** How long typing has to pause before the server is asked. */
const pause = 120;
/** Whoever does not find it among these types another letter. */
const most = 6;

/** The vehicles and customers that a text finds, asked of the server. `pending` while what stands there answers an older text. */
export function useFound(typed: string): { groups: Grouped[]; pending: boolean; error: string | undefined } {
  const q = useDelayed(typed.trim());
  const vehicles = useQuery({
    queryKey: ['palette', 'vehicles', q],
    queryFn: async ({ signal }) =>
      (await answered(client.GET('/api/v1/vehicles', { params: { query: { q, limit: most } }, signal }))).items,
    enabled: q !== '',
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const customers = useQuery({
    queryKey: ['palette', 'customers', q],
    queryFn: async ({ signal }) =>
      (await answered(client.GET('/api/v1/customers', { params: { query: { q, limit: most } }, signal }))).items,
    enabled: q !== '',
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  if (typed.trim() === '') return { groups: [], pending: false, error: undefined };
  const both = [vehicles, customers];
  return {
    groups: [
      {
        name: 'Vehicles',
        entries: (vehicles.data ?? []).map(({ vin, registrationNumber, customer, status }) => ({
          id: `vehicle-${vin}`,
          name: registrationNumber,
          plate: true,
          code: vin,
          about: customer.name,
          status,
          to: { to: '/vehicles/$vin', params: { vin } },
        })),
      },
      {
        name: 'Customers',
        entries: (customers.data ?? []).map(({ id, name, counts }) => ({
          id: `customer-${id}`,
          name,
          icon: IconUsers,
          about: `${counted(sum(counts), 'vehicle')}, ${String(counts.disconnected)} disconnected`,
          to: { to: '/vehicles', search: { customer: [id] } },
        })),
      },
    ],
    pending: q !== typed.trim() || both.some(({ isPlaceholderData, isPending }) => isPlaceholderData || isPending),
    error: both.find(({ error }) => error !== null)?.error?.message,
  };
}

function sum(counts: { connected: number; disconnected: number; never_seen: number }): number {
  return counts.connected + counts.disconnected + counts.never_seen;
}

/** A text as it was at the last pause in typing; an empty one at once. */
function useDelayed(text: string): string {
  const [delayed, setDelayed] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(text), text === '' ? 0 : pause);
    return () => clearTimeout(timer);
  }, [text]);
  return delayed;
}
