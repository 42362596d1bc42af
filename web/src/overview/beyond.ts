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

/** Ranks customers by how many more of their vehicles are disconnected than usual; only `chosen` ones, or all for none. */
export function ranked(customers: readonly Customer[], chosen: readonly string[] | undefined): Ranked {
  const among = chosen ? customers.filter(({ id }) => chosen.includes(id)) : customers;
  const known = among.flatMap(({ id, name, counts, usual }) =>
    usual ? [{ id, name, now: counts.disconnected, usual, beyond: counts.disconnected - usual.hi }] : [],
  );
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
 * The customers with most vehicles disconnected: among all of theirs where there is a `summary`, else among the matches. None
 * while neither is known.
 */
export function mostOf(
  { customer: chosen }: Filter,
  numbers: VehicleList | undefined,
  summary: Summary | undefined,
): Most | undefined {
  const wanted = ({ id, disconnected }: { id: string; disconnected: number }) =>
    disconnected > 0 && (chosen?.includes(id) ?? true);
  if (summary) {
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
