import { describe, expect, it } from 'vitest';
import { vehicle } from '../test/screen';
import { detail, neverSeen } from './fixtures';
import { ticket } from './ticket';

const now = Date.parse('2026-11-21T14:07:53Z');
const link = 'https://fleet.example/vehicles/YS2R4X20005399401';

describe('a ticket', () => {
  it('says all that whoever reads it needs, with days, in UTC', () => {
    const of = detail(vehicle('1', 'disconnected'), {
      since: '2026-11-20T14:03:41Z',
      lastHeartbeat: '2026-11-20T14:02:11Z',
      asOf: '2026-11-21T14:07:52.600Z',
      location: { lat: 59.1955, lon: 17.6253, at: '2026-11-20T14:02:11Z' },
    });
    of.reason = { ...of.reason, decidedAt: '2026-11-20T14:03:41Z' };
    expect(ticket(of, now, link)).toBe(
      [
        'ABC 001 (VIN YS2R4X20005399401), Johans Bulk AB',
        'Disconnected since 20 Nov 2026 14:03:41 UTC, 1 d 0 h',
        'Silent for 1 d 0 h. Expected every 60 s + 30 s grace, the global setting. Last heard 20 Nov 14:02 UTC; decided 20 Nov 14:03; data 0.4 s old.',
        'Last heard: 20 Nov 2026 14:02:11 UTC',
        'Last position: 59.1955 N, 17.6253 E, 20 Nov 2026 14:02:11 UTC',
        'As of: 21 Nov 2026 14:07:53 UTC',
        link,
      ].join('\n'),
    );
  });

  it('leaves out what there is not', () => {
    expect(ticket(neverSeen('1'), now, link)).toBe(
      [
        'ABC 001 (VIN YS2R4X20005399401), Johans Bulk AB',
        'Never seen',
        'Never heard since it was registered on 18 Nov.',
        'Last heard: never',
        'As of: 21 Nov 2026 14:07:53 UTC',
        link,
      ].join('\n'),
    );
  });
});
