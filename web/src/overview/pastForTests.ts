import type { History } from '../api/client';

const quarter = 900_000;

/** The quarters of so many days up to `now`, the last one unfinished; `n` says how many were disconnected, undefined where there was no vehicle. */
export function past(now: number, days: number, n: (from: number) => number | undefined): History {
  const quarters: History['quarters'] = [];
  const end = now - (now % quarter);
  for (let from = end - Math.round(days * 96) * quarter; from <= now; from += quarter) {
    const disconnected = n(from);
    quarters.push({
      from: new Date(from).toISOString(),
      to: new Date(Math.min(now, from + quarter)).toISOString(),
      counts:
        disconnected === undefined
          ? { connected: 0, disconnected: 0, never_seen: 0 }
          : { connected: 100 - disconnected, disconnected, never_seen: 1 },
    });
  }
  return { quarters, unobserved: [], asOf: new Date(now).toISOString(), lagMs: 1 };
}

/** How many whole hours before that of `now` the hour of a moment lies. */
export function hoursBack(now: number, at: number): number {
  return Math.floor(now / 3_600_000) - Math.floor(at / 3_600_000);
}
