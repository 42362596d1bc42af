import { describe, expect, it } from 'vitest';
import type { VehicleDetail } from '../api/client';
import { moment } from '../format/time';
import { vehicle } from '../test/screen';
import { detail, neverSeen } from './fixtures';
import { dueAt, plain, reasonOf, type Telling } from './reason';

const now = Date.parse('2026-11-21T14:07:53Z');
const telling: Telling = { now, zone: 'utc', zoneName: 'UTC', moment: (iso) => moment(iso, new Date(now), 'utc') };
const at = (time: string) => `2026-11-21T${time}Z`;
const said = (of: VehicleDetail) => plain(reasonOf(of, telling));

function silent(reason: Partial<VehicleDetail['reason']> = {}): VehicleDetail {
  const usual = detail(vehicle('1', 'disconnected'), {
    lastHeartbeat: at('14:02:11'),
    deadline: at('14:03:41'),
    asOf: at('14:07:52.600'),
  });
  return { ...usual, reason: { ...usual.reason, decidedAt: at('14:03:41'), ...reason } };
}

function connected(rule: 'within_interval' | 'overdue' | 'unobserved', last: string, deadline: string): VehicleDetail {
  const usual = detail(vehicle('1', 'connected'), { lastHeartbeat: at(last), deadline: at(deadline) });
  return { ...usual, reason: { ...usual.reason, rule } };
}

describe('the reason of a status in words', () => {
  it('says for how long a vehicle is silent, what was expected, and when that was decided', () => {
    expect(said(silent({ intervalFrom: 'customer', graceFrom: 'customer' }))).toBe(
      'Silent for 5 min 42 s. Expected every 60 s + 30 s grace, set for Johans Bulk AB. Last heard 14:02:11 UTC; decided 14:03:41; data 0.4 s old.',
    );
  });

  it.each([
    ['global', 'global', 'Expected every 60 s + 30 s grace, the global setting.'],
    ['vehicle', 'vehicle', 'Expected every 60 s + 30 s grace, set for this vehicle.'],
    ['customer', 'global', 'Expected every 60 s, set for Johans Bulk AB, + 30 s grace, the global setting.'],
    ['vehicle', 'customer', 'Expected every 60 s, set for this vehicle, + 30 s grace, set for Johans Bulk AB.'],
  ] as const)('names where interval (%s) and grace (%s) are set', (intervalFrom, graceFrom, words) => {
    expect(said(silent({ intervalFrom, graceFrom }))).toContain(words);
  });

  it('makes values strong, and names the customer so that it can be a link', () => {
    const pieces = reasonOf(silent({ intervalFrom: 'customer', graceFrom: 'customer' }), telling);
    expect(pieces).toContainEqual({ strong: '5 min 42 s' });
    expect(pieces).toContainEqual({ strong: '14:02:11 UTC' });
    expect(pieces).toContainEqual({ customer: { id: 'C', name: 'Johans Bulk AB' } });
  });

  it('says by when the next heartbeat is due', () => {
    expect(said(connected('within_interval', '14:07:41', '14:09:11'))).toBe(
      'Heard 12 s ago. Expected every 60 s + 30 s grace, the global setting. Due by 14:08:41 UTC.',
    );
  });

  it('says by how much it is overdue, and when its grace ends', () => {
    expect(said(connected('overdue', '14:06:38', '14:08:08'))).toBe(
      'Overdue by 15 s. Expected every 60 s; its 30 s grace ends at 14:08:08 UTC.',
    );
  });

  it('never counts below zero where the answer is a moment older than its rule', () => {
    expect(said(connected('overdue', '14:07:00', '14:08:30'))).toContain('Overdue by 0 s.');
  });

  it('says that an unobserved time is nobody’s silence', () => {
    expect(said(connected('unobserved', '14:02:11', '14:08:08'))).toBe(
      'Heard 5 min 42 s ago. Fleetbeat was restarting; this is nobody’s silence. Expected every 60 s + 30 s grace, the global setting. It counts as connected until 14:08:08 UTC.',
    );
  });

  it('says since when nothing was ever heard', () => {
    expect(said(neverSeen('1'))).toBe('Never heard since it was registered on 18 Nov.');
  });

  it('writes settings as they were set', () => {
    expect(said(silent({ intervalSeconds: 300, graceSeconds: 7200 }))).toContain('every 5 min + 2 h grace');
    expect(said(silent({ intervalSeconds: 90, graceSeconds: 0 }))).toContain('every 90 s + 0 s grace');
  });
});

describe('when a heartbeat is due', () => {
  it('is a grace before the deadline, also where an unobserved time moved that', () => {
    expect(dueAt(connected('unobserved', '13:00:00', '14:08:08'))).toBe('2026-11-21T14:07:38.000Z');
  });

  it('is never for what was never heard', () => {
    expect(dueAt(neverSeen('1'))).toBeUndefined();
  });
});
