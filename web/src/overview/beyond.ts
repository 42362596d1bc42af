import type { VehicleList } from '../api/client';
import type { Customer } from '../customers/customer';
import type { Filter } from '../filter/filter';

/** Customers that are known with what is usual for them: all there are, or those furthest beyond. */
export interface Known {
  customers: readonly Pick<Customer, 'id' | 'name' | 'counts' | 'usual'>[];
  /** How many there are. */
  total: number;
}

/** A customer with more vehicles disconnected than usual. */
export interface Beyond {
  id: string;
  name: string;
  now: number;
  usual: { lo: number; hi: number };
  beyond: number;
}

/** Customers against what is usual for them. */
export interface Ranked {
  /** Those beyond, the furthest first. */
  beyond: Beyond[];
  /** How many are within their usual range. */
  within: number;
  /** How many have no usual range yet. */
  unknown: number;
  /** Whether all customers were counted. */
  whole: boolean;
}

/**
 * Ranks customers by how many more of their vehicles are disconnected than usual. `fresh` are numbers of some of them that came
 * in another answer, and must not contradict what else is on the page.
 */
export function ranked(
  { customers, total }: Known,
  fresh: readonly { id: string; disconnected: number }[] = [],
): Ranked {
  const newer = new Map(fresh.map(({ id, disconnected }) => [id, disconnected]));
  const known = customers.flatMap(({ id, name, counts, usual }) => {
    const now = newer.get(id) ?? counts.disconnected;
    return usual ? [{ id, name, now, usual, beyond: now - usual.hi }] : [];
  });
  const beyond = known.filter((each) => each.beyond > 0);
  return {
    beyond: beyond.toSorted((a, b) => b.beyond - a.beyond || b.now - a.now || a.name.localeCompare(b.name, 'en')),
    within: known.length - beyond.length,
    unknown: customers.length - known.length,
    whole: customers.length >= total,
  };
}

/** Customers with vehicles disconnected, those with most first. */
export interface Most {
  customers: { id: string; name: string; disconnected: number; total: number }[];
  /** Whether the numbers are at least these. */
  atLeast: boolean;
  /** Whether customers of the filter may be left out: the service tells the ten with most, whoever is asked for. */
  some: boolean;
}

/**
 * The customers with most vehicles disconnected among the matches. The service tells the ten with most of all customers: those
 * that a filter of customers alone names are `known` one by one. None while neither is known.
 */
export function mostOf(
  { customer: chosen }: Filter,
  numbers: VehicleList | undefined,
  known: Known | undefined,
): Most | undefined {
  const wanted = ({ id, disconnected }: { id: string; disconnected: number }) =>
    disconnected > 0 && (chosen?.includes(id) ?? true);
  if (known && chosen) {
    const all = known.customers.map(({ id, name, counts }) => ({
      id,
      name,
      disconnected: counts.disconnected,
      total: counts.connected + counts.disconnected + counts.never_seen,
    }));
    const first = all.filter(wanted).toSorted((a, b) => b.disconnected - a.disconnected);
    return { customers: first.slice(0, 10), atLeast: false, some: false };
  }
  const facets = numbers?.facets;
  if (!facets) return undefined;
  return {
    customers: facets.customers.filter(wanted),
    atLeast: facets.atLeast ?? false,
    some: chosen !== undefined && facets.customers.length === 10,
  };
}
