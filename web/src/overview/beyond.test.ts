import { describe, expect, it } from 'vitest';
import type { VehicleList } from '../api/client';
import { type Known, mostOf, ranked } from './beyond';

const customer = (
  id: string,
  disconnected: number,
  usual?: { lo: number; hi: number },
): Known['customers'][number] => ({
  id,
  name: `Name ${id}`,
  counts: { connected: 10, disconnected, never_seen: 1 },
  ...(usual && { usual }),
});
const known = (...customers: Known['customers']): Known => ({ customers, total: customers.length });

describe('customers against what is usual for them', () => {
  const all = [
    customer('a', 6, { lo: 1, hi: 5 }),
    customer('b', 29, { lo: 2, hi: 5 }),
    customer('c', 5, { lo: 1, hi: 5 }),
    customer('d', 0, { lo: 1, hi: 5 }),
    customer('e', 9, { lo: 1, hi: 8 }),
    customer('f', 40),
  ];

  it('are ranked by how far they are beyond, then by how many are disconnected', () =>
    expect(ranked(known(...all)).beyond.map(({ id, beyond }) => [id, beyond])).toEqual([
      ['b', 24],
      ['e', 1],
      ['a', 1],
    ]));

  it('are within at its end and below it; without a habit they are neither', () =>
    expect(ranked(known(...all))).toMatchObject({ within: 2, unknown: 1 }));

  it('count by what is newer', () =>
    expect(
      ranked(known(...all), [
        { id: 'c', disconnected: 7 },
        { id: 'b', disconnected: 0 },
      ]),
    ).toMatchObject({
      beyond: [{ id: 'c', now: 7, beyond: 2 }, { id: 'e' }, { id: 'a' }],
      within: 2,
    }));

  it('are not all where more are known to be there', () => {
    expect(ranked(known(...all)).whole).toBe(true);
    expect(ranked({ customers: all, total: 7 }).whole).toBe(false);
  });
});

describe('customers with most disconnected', () => {
  const found = (n: number, atLeast?: boolean): VehicleList => ({
    items: [],
    counts: { connected: 0, disconnected: 0, never_seen: 0 },
    asOf: '2026-11-21T14:00:00Z',
    lagMs: 1,
    facets: {
      customers: Array.from({ length: n }, (_, i) => ({
        id: `c${i}`,
        name: `C ${i}`,
        disconnected: n - 1 - i,
        total: 20,
      })),
      silentFor: [],
      ...(atLeast && { atLeast }),
    },
  });

  it('of a filter of customers are these, however few they have', () => {
    const of = known(...Array.from({ length: 12 }, (_, i) => customer(`c${i}`, 12 - i)), customer('z', 0));
    const twelve = of.customers.map(({ id }) => id);
    expect(mostOf({ customer: twelve }, undefined, of)?.customers).toHaveLength(10);
    expect(mostOf({ customer: ['c11', 'z'] }, undefined, of)).toEqual({
      customers: [{ id: 'c11', name: 'Name c11', disconnected: 1, total: 12 }],
      atLeast: false,
      some: false,
    });
  });

  it('are else those among the matches, as of now, without the ones that have none', () => {
    expect(mostOf({}, found(3), known())?.customers).toHaveLength(2);
    expect(mostOf({ q: 'a' }, found(3), undefined)).toMatchObject({
      customers: [{ id: 'c0' }, { id: 'c1' }],
      some: false,
    });
    expect(mostOf({ q: 'a' }, found(3, true), undefined)?.atLeast).toBe(true);
  });

  it('may leave out customers of the filter: the service tells ten', () => {
    expect(mostOf({ q: 'a', customer: ['x'] }, found(10), undefined)).toMatchObject({ customers: [], some: true });
    expect(mostOf({ q: 'a', customer: ['x'] }, found(9), undefined)).toMatchObject({ customers: [], some: false });
  });

  it('are not known before an answer', () => expect(mostOf({}, undefined, undefined)).toBeUndefined());
});
