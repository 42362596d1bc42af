import type { Vehicle, VehicleDetail } from '../api/client';
import { asOf, vehicle as row } from '../test/screen';

/** A vehicle in full, for tests: silent past 60 s + 30 s of the global setting, unless told. */
export function detail(vehicle: Vehicle, more: Partial<VehicleDetail> = {}): VehicleDetail {
  return {
    deadline: '2026-11-21T13:00:00Z',
    registeredAt: '2026-11-18T08:00:00Z',
    firstHeartbeat: '2026-11-18T09:41:00Z',
    reason: {
      rule: vehicle.status === 'connected' ? 'within_interval' : 'silent',
      intervalSeconds: 60,
      intervalFrom: 'global',
      graceSeconds: 30,
      graceFrom: 'global',
      decidedAt: '2026-11-21T13:00:00Z',
      text: '',
    },
    ...asOf(1),
    ...vehicle,
    ...more,
  };
}

/** A vehicle that was never heard, in full. */
export function neverSeen(plate: string): VehicleDetail {
  const vehicle = detail(row(plate, 'never_seen'));
  delete vehicle.since;
  delete vehicle.lastHeartbeat;
  delete vehicle.deadline;
  delete vehicle.firstHeartbeat;
  const reason: VehicleDetail['reason'] = { ...vehicle.reason, rule: 'never_heard' };
  delete reason.decidedAt;
  return { ...vehicle, reason };
}
