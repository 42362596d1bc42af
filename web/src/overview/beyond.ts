import type { Summary } from '../api/client';

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
