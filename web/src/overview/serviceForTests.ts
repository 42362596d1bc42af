import type { History, ListedTransition } from '../api/client';
import type { Customer } from '../customers/customer';
import { type Answer, asOf, service as serve } from '../test/screen';
import { past } from './pastForTests';

/** The moment that the service's past ends at. */
export const now = Date.parse('2026-11-21T14:00:00Z');

/** Two customers: one far beyond what is usual for it, one within. */
export const customers: Pick<Customer, 'id' | 'name' | 'counts' | 'usual'>[] = [
  {
    id: 'h',
    name: 'Haralds Värdetransporter AB',
    counts: { connected: 90, disconnected: 29, never_seen: 0 },
    usual: { lo: 2, hi: 5 },
  },
  {
    id: 'j',
    name: 'Johans Bulk AB',
    counts: { connected: 9, disconnected: 1, never_seen: 0 },
    usual: { lo: 0, hi: 3 },
  },
];

/** A transition of the nth vehicle. */
export const transition = (n: number, status: ListedTransition['status'] = 'disconnected'): ListedTransition => ({
  position: `p${n}`,
  status,
  statusBefore: status === 'connected' ? 'disconnected' : 'connected',
  vin: `YS2R4X2000539940${n}`,
  registrationNumber: `ABC 00${n}`,
  customer: { id: 'j', name: 'Johans Bulk AB' },
  at: '2026-11-21T13:59:00Z',
  provedAt: '2026-11-21T13:59:00Z',
  lastHeartbeat: '2026-11-21T13:58:00Z',
  afterSeconds: 252,
});

/** What a service knows, which a test may change between questions. */
interface Known {
  counts: { connected: number; disconnected: number; never_seen: number };
  customers: typeof customers;
  history: History;
  changes: ListedTransition[];
}

/** A service with 12,480 vehicles, or with what is `known`; `of` gives what it was asked at a path. */
export function service(known: Partial<Known> = {}, more: Record<string, Answer> = {}) {
  const all: Known = {
    counts: { connected: 12_236, disconnected: 187, never_seen: 57 },
    customers,
    history: past(now, 8, () => 30),
    changes: [transition(1)],
    ...known,
  };
  let second = 0;
  const asked = serve({
    'GET /api/v1/vehicles': ({ search }) => {
      const wanted = search.getAll('status');
      const total = Object.entries(all.counts).reduce(
        (sum, [status, n]) => sum + (wanted.length === 0 || wanted.includes(status) ? n : 0),
        0,
      );
      return {
        items: [],
        total,
        counts: all.counts,
        facets: {
          customers: [{ id: 'h', name: 'Haralds Värdetransporter AB', total: 119, disconnected: 29 }],
          silentFor: [
            { under: 300, count: 46 },
            { under: 3600, count: 38 },
            { under: 86_400, count: 51 },
            { under: 604_800, count: 34 },
            { count: 18 },
          ],
        },
        ...asOf(second++),
      };
    },
    'GET /api/v1/customers': ({ search }) => {
      const items = all.customers.slice(0, Number(search.get('limit')));
      return { items, total: all.customers.length, ...asOf(0) };
    },
    'GET /api/v1/customers/{id}': ({ path }) => all.customers.find(({ id }) => path.endsWith(`/${id}`)),
    'GET /api/v1/summary/history': () => all.history,
    'GET /api/v1/changes': () => ({ items: all.changes, position: 'p9', ...asOf(second++) }),
    ...more,
  });
  return { known: all, asked, of: (path: string) => asked.filter((each) => each.path.split('?')[0] === path) };
}
