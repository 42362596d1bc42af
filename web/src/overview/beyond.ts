import type { Summary, VehicleList } from '../api/client';
import type { Filter } from '../filter/filter';

type Customer = Summary['customers'][number];

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
}

/**
 * Ranks customers by how many more of their vehicles are disconnected than usual; only `chosen` ones, or all for none. `fresh`
 * are the numbers of some of them that are newer: what the customers are known by is seldom asked for.
 */
export function ranked(
  customers: readonly Customer[],
  chosen: readonly string[] | undefined,
  fresh: readonly { id: string; disconnected: number }[] = [],
): Ranked {
  const newer = new Map(fresh.map(({ id, disconnected }) => [id, disconnected]));
  const among = chosen ? customers.filter(({ id }) => chosen.includes(id)) : customers;
  const known = among.flatMap(({ id, name, counts, usual }) => {
    const now = newer.get(id) ?? counts.disconnected;
    return usual ? [{ id, name, now, usual, beyond: now - usual.hi }] : [];
  });
  const beyond = known.filter((each) => each.beyond > 0);
  return {
    beyond: beyond.toSorted((a, b) => b.beyond - a.beyond || b.now - a.now || a.name.localeCompare(b.name, 'en')),
    within: known.length - beyond.length,
    unknown: among.length - known.length,
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
 * The customers with most vehicles disconnected among the matches. The service tells the ten with most of all customers: of a
 * filter of customers alone the `summary` knows the rest. None while neither is known.
 */
export function mostOf(
  { customer: chosen }: Filter,
  numbers: VehicleList | undefined,
  summary: Summary | undefined,
): Most | undefined {
  const wanted = ({ id, disconnected }: { id: string; disconnected: number }) =>
    disconnected > 0 && (chosen?.includes(id) ?? true);
  if (summary && chosen) {
    const all = summary.customers.map(({ id, name, counts }) => ({
      id,
      name,
      disconnected: counts.disconnected,
      total: counts.connected + counts.disconnected + counts.never_seen,
    }));
    return { customers: all.filter(wanted).slice(0, 10), atLeast: false, some: false };
  }
  const facets = numbers?.facets;
  if (!facets) return undefined;
  return {
    customers: facets.customers.filter(wanted),
    atLeast: facets.atLeast ?? false,
    some: chosen !== undefined && facets.customers.length === 10,
  };
}
