import { describe, expect, it } from 'vitest';
import type { Summary, VehicleList } from '../api/client';
import { mostOf, ranked } from './beyond';

const customer = (
  id: string,
  disconnected: number,
  usual?: { lo: number; hi: number },
): Summary['customers'][number] => ({
  id,
  name: `Name ${id}`,
  counts: { connected: 10, disconnected, never_seen: 1 },
  ...(usual && { usual }),
});
const summary = (...customers: Summary['customers']): Summary => ({
  customers,
  counts: { connected: 0, disconnected: 0, never_seen: 0 },
  silentFor: [],
  asOf: '2026-11-21T14:00:00Z',
  lagMs: 1,
});

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
    expect(ranked(all, undefined).beyond.map(({ id, beyond }) => [id, beyond])).toEqual([
      ['b', 24],
      ['e', 1],
      ['a', 1],
    ]));

  it('are within at its end and below it; without a habit they are neither', () =>
    expect(ranked(all, undefined)).toMatchObject({ within: 2, unknown: 1 }));

  it('count by what is newer', () =>
    expect(
      ranked(all, undefined, [
        { id: 'c', disconnected: 7 },
        { id: 'b', disconnected: 0 },
      ]),
    ).toMatchObject({
      beyond: [{ id: 'c', now: 7, beyond: 2 }, { id: 'e' }, { id: 'a' }],
      within: 2,
    }));

  it('are only those of the filter where it names some', () =>
    expect(ranked(all, ['a', 'c', 'nobody'])).toMatchObject({ beyond: [{ id: 'a' }], within: 1, unknown: 0 }));
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
    const of = summary(...Array.from({ length: 12 }, (_, i) => customer(`c${i}`, 12 - i)), customer('z', 0));
    const twelve = of.customers.map(({ id }) => id);
    expect(mostOf({ customer: twelve }, undefined, of)?.customers).toHaveLength(10);
    expect(mostOf({ customer: ['c11', 'z'] }, undefined, of)).toEqual({
      customers: [{ id: 'c11', name: 'Name c11', disconnected: 1, total: 12 }],
      atLeast: false,
      some: false,
    });
  });

  it('are else those among the matches, as of now, without the ones that have none', () => {
    expect(mostOf({}, found(3), summary())?.customers).toHaveLength(2);
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
