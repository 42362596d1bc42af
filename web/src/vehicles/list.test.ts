import { describe, expect, it } from 'vitest';
import type { Vehicle } from '../api/client';
import { knownOf, patched, stillMatches, vehiclesOf } from './list';

const now = Date.parse('2026-11-21T14:00:00Z');
const vehicle = (vin: string, status: Vehicle['status'], lastHeartbeat = '2026-11-21T13:50:00Z'): Vehicle => ({
  vin,
  status,
  lastHeartbeat,
  registrationNumber: vin,
  customer: { id: 'C', name: 'C' },
  timeoutSeconds: 90,
});

describe('rows on screen', () => {
  it('keep their order and take their present state', () => {
    const order = [vehicle('A', 'disconnected'), vehicle('B', 'disconnected')];
    const rows = patched(
      order,
      new Map([['A', vehicle('A', 'connected')]]),
      new Map(),
      { status: ['disconnected'] },
      now,
    );
    expect(rows.map((row) => [row.vehicle.vin, row.vehicle.status, row.matches])).toEqual([
      ['A', 'connected', false],
      ['B', 'disconnected', true],
    ]);
  });

  it.each([
    ['5m', 'disconnected', true],
    ['1h', 'disconnected', false],
    ['5m', 'connected', false],
    ['5m', 'never_seen', false],
  ] as const)('silent for %s and %s matches: %s', (silentFor, status, matches) =>
    expect(stillMatches(vehicle('A', status), { silentFor }, now)).toBe(matches),
  );
});

describe('whether a row matches', () => {
  it('the service judges, where it has', () => {
    const order = [vehicle('A', 'disconnected'), vehicle('B', 'connected')];
    const judged = new Map([
      ['A', false],
      ['B', true],
    ]);
    const rows = patched(order, new Map(), judged, { status: ['disconnected'], q: 'x' }, now);
    expect(rows.map(({ matches }) => matches)).toEqual([false, true]);
  });
});

describe('list pages', () => {
  const page = (vins: string, next?: string) => ({
    items: vins.split('').map((vin) => vehicle(vin, 'connected')),
    total: 9,
    counts: { connected: 9, disconnected: 0, never_seen: 0 },
    asOf: '2026-11-21T14:00:00Z',
    lagMs: 0,
    ...(next && { next }),
  });

  it('have a vehicle once, though it moved on while they were read', () =>
    expect(vehiclesOf([page('abc', 'n'), page('cd')]).map(({ vin }) => vin)).toEqual(['a', 'b', 'c', 'd']));

  it('know whether more follow', () => {
    expect(knownOf([page('ab', 'n')])).toEqual({ vins: ['a', 'b'], whole: false, total: 9 });
    expect(knownOf([page('ab', 'n'), page('c')])).toEqual({ vins: ['a', 'b', 'c'], whole: true, total: 9 });
  });
});
