import type { Interval } from '../api/client';
import type { Range } from './range';

const minute = 60_000;

/** A part of time, in milliseconds. */
export interface Window {
  from: number;
  to: number;
}

/**
 * The window of a range that ends with the minute of `now`: whole minutes, so that bars stand still while time goes on and move
 * once a minute.
 */
export function windowOf({ bars, barMinutes }: Range, now: number): Window {
  const to = (Math.floor(now / minute) + 1) * minute;
  return { from: to - bars * barMinutes * minute, to };
}

/** A vehicle's past as far as it was read, newest first. */
export interface Past {
  /** Where the window begins, in milliseconds. */
  from: number;
  intervals: readonly Interval[];
  /** Whether older intervals of the window were left out: there are too many. */
  cut: boolean;
}

/**
 * The newest intervals of a past, of a window that begins at `from`, with the older ones of what was read before: the past does
 * not change, so that only its newest part is asked for again. Undefined where both do not meet: then all is to be read. At most
 * `most` intervals are kept.
 */
export function joined(
  newest: readonly Interval[],
  before: Past | undefined,
  from: number,
  most: number,
): Past | undefined {
  const last = newest.at(-1);
  if (last === undefined || before === undefined || before.from > from) return undefined;
  const at = before.intervals.findIndex((each) => each.from === last.from && each.status === last.status);
  if (at < 0) return undefined;
  const older = before.intervals.slice(at + 1).filter(({ to }) => Date.parse(to) > from);
  const intervals = [...newest, ...older];
  return { from, intervals: intervals.slice(0, most), cut: before.cut || intervals.length > most };
}

/** What a past comes to. Times in seconds. */
export interface Stats {
  disconnections: number;
  disconnected: number;
  unobserved: number;
}

/**
 * Counts a past, newest first. A disconnection that Fleetbeat did not observe throughout is one: only a heartbeat ends it.
 */
export function statsOf(intervals: readonly Interval[]): Stats {
  const stats: Stats = { disconnections: 0, disconnected: 0, unobserved: 0 };
  let before: Interval['status'] | undefined;
  for (const { status, from, to } of intervals) {
    const seconds = (Date.parse(to) - Date.parse(from)) / 1000;
    if (status === 'unobserved') {
      stats.unobserved += seconds;
      continue;
    }
    if (status === 'disconnected') {
      stats.disconnected += seconds;
      if (before !== 'disconnected') stats.disconnections++;
    }
    before = status;
  }
  return stats;
}

/** An interval as a line of the table. */
export interface Line {
  status: Interval['status'];
  from: string;
  /** Undefined where it goes on. */
  to: string | undefined;
  /** Whether it began before the window, nobody here knows when. */
  earlier: boolean;
  seconds: number;
}

/**
 * The lines of a past. The one that goes on ends now, and began where the vehicle's status did, also where that lies before the
 * window; others that touch the window's beginning began earlier. `now` is the service's time in milliseconds.
 */
export function linesOf(
  { intervals, from, asOf }: Past & { asOf: string },
  { status, since, registeredAt }: { status: string; since?: string; registeredAt: string },
  now: number,
): Line[] {
  const start = Date.parse(from > Date.parse(registeredAt) ? new Date(from).toISOString() : registeredAt);
  return intervals.map((interval, i) => {
    const open = i === 0 && interval.to >= asOf;
    const clipped = Date.parse(interval.from) <= from && start === from;
    const known = clipped && open && interval.status === status && since !== undefined;
    const begun = known ? since : interval.from;
    const end = open ? Math.max(now, Date.parse(interval.to)) : Date.parse(interval.to);
    return {
      status: interval.status,
      from: begun,
      to: open ? undefined : interval.to,
      earlier: clipped && !known,
      seconds: (end - Date.parse(begun)) / 1000,
    };
  });
}
