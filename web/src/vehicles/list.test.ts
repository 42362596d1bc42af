import { describe, expect, it } from 'vitest';
import type { Vehicle } from '../api/client';
import { drift, patched, stillMatches } from './list';

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
    const rows = patched(order, new Map([['A', vehicle('A', 'connected')]]), { status: ['disconnected'] }, now);
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

describe('what changed since the order was frozen', () => {
  it.each([
    [141, 147, 4, { gone: 4, fresh: 10 }],
    [7, 7, 0, { gone: 0, fresh: 0 }],
    [7, 5, 1, { gone: 1, fresh: 0 }],
    [undefined, 7, 0, { gone: 0, fresh: 0 }],
  ] as const)('%s then, %s now, %d gone', (frozen, total, gone, expected) =>
    expect(drift(frozen, total, gone)).toEqual(expected),
  );
});
