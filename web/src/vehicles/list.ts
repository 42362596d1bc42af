import type { Vehicle } from '../api/client';
import { type Filter, silences } from '../filter/filter';

/** A row as it is shown: a vehicle of the frozen order, in its present state. */
export interface Row {
  vehicle: Vehicle;
  /** Whether it still is what the filter asks for. One that is not stays where it is, dimmed. */
  matches: boolean;
}

/** Puts the present state of vehicles into the order as it was. `now` is the service's time, in milliseconds. */
export function patched(
  order: readonly Vehicle[],
  present: ReadonlyMap<string, Vehicle>,
  filter: Filter,
  now: number,
): Row[] {
  return order.map((was) => {
    const vehicle = present.get(was.vin) ?? was;
    return { vehicle, matches: stillMatches(vehicle, filter, now) };
  });
}

/**
 * Whether a vehicle still is what the filter asks for, of that which time alone changes: status and silence. Text and
 * customer are the server's to judge; they change when somebody edits the registry, and with the next order.
 */
export function stillMatches({ status, lastHeartbeat }: Vehicle, filter: Filter, now: number): boolean {
  if (filter.status && !filter.status.includes(status)) return false;
  const least = silences.find(({ value }) => value === filter.silentFor)?.seconds;
  if (least === undefined) return true;
  return status === 'disconnected' && lastHeartbeat !== undefined && now - Date.parse(lastHeartbeat) >= least * 1000;
}

/** What has changed since the order was frozen. */
export interface Drift {
  /** Rows that no longer match. */
  gone: number;
  /** Vehicles that match by now and are in no row. */
  fresh: number;
}

/** Compares how many matched when the order was frozen with how many match now; `gone` of the loaded rows do not any more. */
export function drift(frozen: number | undefined, total: number | undefined, gone: number): Drift {
  if (frozen === undefined || total === undefined) return { gone, fresh: 0 };
  return { gone, fresh: Math.max(0, total - frozen + gone) };
}
