import type { Vehicle, VehicleList } from '../api/client';
import { type Filter, silences } from '../filter/filter';
import type { Known } from './drift';

/** A row as it is shown: a vehicle of the frozen order, in its present state. */
export interface Row {
  vehicle: Vehicle;
  /** Whether it still is what the filter asks for. One that is not stays where it is, dimmed. */
  matches: boolean;
}

/** Rows that are asked for at once: about 10 kB on the wire. */
export const pageSize = 200;
/** The most rows that are loaded, so that a page open for days stays small: who needs more narrows, or turns the order round. */
export const mostRows = 10_000;
/** Of so many list pages the order of now is watched; further down only what is on screen is. */
export const watchedPages = 3;

/** The vehicles of list pages in their order. A vehicle that moved on while pages were read is in two of them: the first counts. */
export function vehiclesOf(pages: readonly VehicleList[] | undefined): Vehicle[] {
  const seen = new Map<string, Vehicle>();
  for (const { items } of pages ?? []) for (const each of items) if (!seen.has(each.vin)) seen.set(each.vin, each);
  return [...seen.values()];
}

/** What list pages, from the first on, tell of an order. */
export function knownOf(pages: readonly VehicleList[]): Known {
  return {
    vins: vehiclesOf(pages).map(({ vin }) => vin),
    whole: pages.at(-1)?.next === undefined,
    total: pages[0]?.total,
  };
}

/**
 * Puts the present state of vehicles into the order as it was. Whether one still matches the service has `judged`, or is
 * told from its state at `now`, the service's time in milliseconds.
 */
export function patched(
  order: readonly Vehicle[],
  present: ReadonlyMap<string, Vehicle>,
  judged: ReadonlyMap<string, boolean>,
  filter: Filter,
  now: number,
): Row[] {
  return order.map((was) => {
    const vehicle = present.get(was.vin) ?? was;
    return { vehicle, matches: judged.get(was.vin) ?? stillMatches(vehicle, filter, now) };
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
  /** Vehicles that would be among the rows by now, and are in none. */
  fresh: number;
  /** Rows that belong elsewhere in the order by now. */
  moved: number;
}

/** Nothing has changed. */
export const noDrift: Drift = { gone: 0, fresh: 0, moved: 0 };
