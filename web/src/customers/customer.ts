import type { components } from '../api/schema';
import { count } from '../format/number';

type Schemas = components['schemas'];

/** A customer as the list gives it. */
export type Customer = Schemas['Customer'];

/** One page of customers. */
export type CustomerList = Schemas['CustomerList'];

/** What customers can be ordered by. `longest` is the moment since which it lasts: the least is the longest. */
export const orders = ['name', 'vehicles', 'connected', 'disconnected', 'never_seen', 'beyond', 'longest'] as const;
/** One of them. */
export type By = (typeof orders)[number];
/** An order of the list; a minus in front reverses it. */
export type CustomerOrder = `${'' | '-'}${By}`;

/** The order unless another is asked for: what is unusual first, then the largest shares of disconnected vehicles. */
export const usualOrder: CustomerOrder = '-beyond';

/** Which customers are looked at, and in which order. It lives in the URL and nowhere else. */
export interface CustomerSearch {
  q?: string;
  sort?: CustomerOrder;
}

/** The search that a query string asks for. What nobody could have meant is left out: an old link opens a list, not an error. */
export function validCustomerSearch(search: Record<string, unknown>): CustomerSearch {
  const valid: CustomerSearch = {};
  const q = typeof search['q'] === 'string' ? search['q'].trim().slice(0, 100) : '';
  if (q !== '') valid.q = q;
  const sort = search['sort'];
  if (isOrder(sort) && sort !== usualOrder) valid.sort = sort;
  return valid;
}

function isOrder(value: unknown): value is CustomerOrder {
  return orders.some((by) => value === by || value === `-${by}`);
}

/** How a column is ordered at the first click: names from A, else what needs somebody first. */
const first: Readonly<Record<By, CustomerOrder>> = {
  name: 'name',
  vehicles: '-vehicles',
  connected: 'connected',
  disconnected: '-disconnected',
  never_seen: '-never_seen',
  beyond: '-beyond',
  longest: 'longest',
};

/** The order after a click at a column. */
export function clicked(by: By, now: CustomerOrder): CustomerOrder {
  if (now === first[by]) return now.startsWith('-') ? by : `-${by}`;
  return first[by];
}

/** How a column is ordered, as it reads: a longer time since an earlier moment is more. */
export function sorted(by: By, now: CustomerOrder): 'ascending' | 'descending' | 'none' {
  if (now !== by && now !== `-${by}`) return 'none';
  return now.startsWith('-') !== (by === 'longest') ? 'descending' : 'ascending';
}

/** How many vehicles a customer has. */
export function vehiclesOf({ counts }: Pick<Customer, 'counts'>): number {
  return counts.connected + counts.disconnected + counts.never_seen;
}

/** The disconnected beyond what is usual, in the list's words, and in a sentence. */
export function beyondWords({ beyond, usual, counts }: Customer): { word: string; sentence: string } {
  if (beyond === undefined || usual === undefined)
    return { word: '–', sentence: 'What is usual is known after three days.' };
  const range = usual.lo === usual.hi ? count(usual.lo) : `${count(usual.lo)}–${count(usual.hi)}`;
  return {
    word: beyond > 0 ? `+${count(beyond)}` : 'within',
    sentence: `${count(counts.disconnected)} disconnected; usually ${range} at this hour.`,
  };
}

/** Rows in the order as it was, each as it is now. */
export function presentRows(order: readonly Customer[], present: ReadonlyMap<string, Customer>): Customer[] {
  return order.map((was) => present.get(was.id) ?? was);
}

/** Whether a page read anew has other customers, or the same ones in another order. */
export function moved(was: readonly Customer[], is: readonly Customer[]): boolean {
  return was.length !== is.length || was.some(({ id }, i) => is[i]?.id !== id);
}
