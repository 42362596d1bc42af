import type { Status } from '../api/client';

/** The statuses in the order of the list: what needs somebody first. */
export const statuses = ['disconnected', 'connected', 'never_seen'] as const satisfies readonly Status[];

/** The steps of silence that may be filtered by, with their words and their seconds. */
export const silences = [
  { value: '5m', words: 'more than 5 min', seconds: 300 },
  { value: '1h', words: 'more than 1 h', seconds: 3600 },
  { value: '1d', words: 'more than 1 d', seconds: 86_400 },
  { value: '7d', words: 'more than 7 d', seconds: 604_800 },
] as const;
export type Silence = (typeof silences)[number]['value'];

const orders = ['status', 'since', 'vin', 'registrationNumber', 'customer'] as const;
/** An order of the list; a minus in front reverses it. */
export type Order = `${'' | '-'}${(typeof orders)[number]}`;

/** Which vehicles are looked at, and in which order. It lives in the URL and nowhere else; what is absent is not filtered. */
export interface Filter {
  q?: string;
  status?: Status[];
  silentFor?: Silence;
  customer?: string[];
  sort?: Order;
}

/** The filter that a query string asks for. What nobody could have meant is left out: an old link opens a list, not an error. */
export function validFilter(search: Record<string, unknown>): Filter {
  const filter: Filter = {};
  const q = text(search['q']);
  if (q !== '') filter.q = q.slice(0, 100);
  const asked = list(search['status']);
  const status = statuses.filter((each) => asked.includes(each));
  if (status.length > 0 && status.length < statuses.length) filter.status = status;
  const silence = silences.find(({ value }) => value === search['silentFor']);
  if (silence) filter.silentFor = silence.value;
  const customer = [...new Set(list(search['customer']))].slice(0, 50);
  if (customer.length > 0) filter.customer = customer;
  const sort = text(search['sort']);
  if (isOrder(sort) && sort !== 'status') filter.sort = sort;
  return filter;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function list(value: unknown): string[] {
  return text(value)
    .split(',')
    .filter((each) => each !== '');
}

function isOrder(value: string): value is Order {
  return orders.some((order) => value === order || value === `-${order}`);
}

/** Reads a query string as it stands in the address: plain words that may be typed and pasted, repeated names joined. */
export function parseSearch(search: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(search))
    found[name] = name in found ? `${found[name]},${value}` : value;
  return found;
}

/** Writes a query string; commas stay readable. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (Array.isArray(value)) params.set(name, value.join(','));
    else if (typeof value === 'string' && value !== '') params.set(name, value);
  }
  const written = params.toString().replaceAll('%2C', ',');
  return written === '' ? '' : `?${written}`;
}

/** How many parts of the filter are set; the order is none of them. */
export function partsOf(filter: Filter): number {
  return [filter.q, filter.status, filter.silentFor, filter.customer].filter((part) => part !== undefined).length;
}

/** The filter with a value put into one of its lists, or taken out. */
export function toggled<T extends string>(among: readonly T[] | undefined, value: T): T[] {
  return among?.includes(value) ? among.filter((each) => each !== value) : [...(among ?? []), value];
}

/** How many vehicles the filter finds; above 10,000 matches of a text the service gives a least number. */
export function totalOf(list: { total?: number; totalAtLeast?: number }): { n: number; atLeast: boolean } {
  return list.total === undefined ? { n: list.totalAtLeast ?? 0, atLeast: true } : { n: list.total, atLeast: false };
}

/** How many are disconnected for more than each step, made of how many are in between: the last first. */
export function ladder(steps: readonly { under?: number; count: number }[]): number[] {
  const more: number[] = [];
  let sum = 0;
  for (const { count } of steps.toReversed()) {
    sum += count;
    more.unshift(sum);
  }
  return more;
}

/** The words of a filter's statuses. */
export function inWords(statuses: readonly Status[], words: Readonly<Record<Status, string>>): string {
  return statuses.map((status) => words[status]).join(', ');
}

/** What a change takes out to look at all vehicles again. */
export const cleared = { q: undefined, status: undefined, silentFor: undefined, customer: undefined } as const;
