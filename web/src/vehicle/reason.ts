import type { VehicleDetail } from '../api/client';
import { age, duration, setting } from '../format/duration';
import { day, type Zone } from '../format/time';

/** What the sentence is said with: when, and in which zone. */
export interface Telling {
  /** The service's time in milliseconds. */
  now: number;
  zone: Zone;
  zoneName: string;
  moment: (iso: string) => string;
}

/** A piece of the sentence: plain words, a strong value, or the customer whose setting counts. */
export type Piece = string | { strong: string } | { customer: { id: string; name: string } };

const strong = (text: string): Piece => ({ strong: text });

/** When the next heartbeat is due: the grace lies between it and the deadline. None where nothing was heard. */
export function dueAt({ deadline, reason }: VehicleDetail): string | undefined {
  if (deadline === undefined) return undefined;
  return new Date(Date.parse(deadline) - reason.graceSeconds * 1000).toISOString();
}

/** Why a vehicle has its status, in words. The rule is the service's; only the ages go on with the clock. */
export function reasonOf(vehicle: VehicleDetail, telling: Telling): Piece[] {
  switch (vehicle.reason.rule) {
    case 'never_heard':
      return neverHeard(vehicle, telling);
    case 'within_interval':
      return withinInterval(vehicle, telling);
    case 'overdue':
      return overdue(vehicle, telling);
    case 'unobserved':
      return unobserved(vehicle, telling);
    case 'silent':
      return silent(vehicle, telling);
  }
}

/** The sentence as plain text, for where there are no links and nothing is bold. */
export function plain(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : 'strong' in piece ? piece.strong : piece.customer.name))
    .join('');
}

function neverHeard({ registeredAt }: VehicleDetail, { now, zone }: Telling): Piece[] {
  return [`Never heard since it was registered on ${day(registeredAt, new Date(now), zone)}.`];
}

function withinInterval(vehicle: VehicleDetail, telling: Telling): Piece[] {
  return [
    'Heard ',
    strong(silence(vehicle, telling)),
    ' ago. ',
    ...expected(vehicle),
    '. Due by ',
    strong(named(dueAt(vehicle), telling)),
    '.',
  ];
}

function overdue(vehicle: VehicleDetail, telling: Telling): Piece[] {
  const { intervalSeconds, graceSeconds } = vehicle.reason;
  const due = Date.parse(dueAt(vehicle) ?? '');
  return [
    'Overdue by ',
    strong(duration((telling.now - due) / 1000)),
    '. Expected every ',
    strong(setting(intervalSeconds)),
    '; its ',
    strong(setting(graceSeconds)),
    ' grace ends at ',
    strong(named(vehicle.deadline, telling)),
    '.',
  ];
}

function unobserved(vehicle: VehicleDetail, telling: Telling): Piece[] {
  return [
    'Heard ',
    strong(silence(vehicle, telling)),
    ' ago. Fleetbeat was restarting; this is nobody’s silence. ',
    ...expected(vehicle),
    '. It counts as connected until ',
    strong(named(vehicle.deadline, telling)),
    '.',
  ];
}

function silent(vehicle: VehicleDetail, telling: Telling): Piece[] {
  const { lastHeartbeat, reason, asOf } = vehicle;
  return [
    'Silent for ',
    strong(silence(vehicle, telling)),
    '. ',
    ...expected(vehicle),
    '. Last heard ',
    strong(named(lastHeartbeat, telling)),
    ...(reason.decidedAt === undefined ? [] : ['; decided ', strong(telling.moment(reason.decidedAt))]),
    '; data ',
    strong(age(telling.now - Date.parse(asOf))),
    ' old.',
  ];
}

/** How often it is expected, and who says so: both, where interval and grace are set in different places. */
function expected({ reason, customer }: VehicleDetail): Piece[] {
  const { intervalSeconds, intervalFrom, graceSeconds, graceFrom } = reason;
  const every = ['Expected every ', strong(setting(intervalSeconds))];
  const grace = [strong(setting(graceSeconds)), ' grace, '];
  if (intervalFrom === graceFrom) return [...every, ' + ', ...grace, ...source(graceFrom, customer)];
  return [...every, ', ', ...source(intervalFrom, customer), ', + ', ...grace, ...source(graceFrom, customer)];
}

function source(from: VehicleDetail['reason']['graceFrom'], customer: VehicleDetail['customer']): Piece[] {
  if (from === 'global') return ['the global setting'];
  return from === 'customer' ? ['set for ', { customer }] : ['set for this vehicle'];
}

/** For how long nothing has been heard. */
function silence({ lastHeartbeat }: VehicleDetail, { now }: Telling): string {
  return duration((now - Date.parse(lastHeartbeat ?? '')) / 1000);
}

/** A moment with its zone. */
function named(iso: string | undefined, { moment, zoneName }: Telling): string {
  return iso === undefined ? '–' : `${moment(iso)} ${zoneName}`;
}
