import type { History } from '../api/client';

const minute = 60_000;
export const quarter = 15 * minute;
const hour = 60 * minute;
const day = 24 * hour;
/** Days before that are looked at, and the least of them that are a habit. */
const days = 7;
const leastDays = 3;

/** What is usual: most numbers lie from lo to hi. */
export interface Range {
  lo: number;
  hi: number;
}

/** How far back the past has to be known for what was usual in each hour of the last day, in milliseconds. */
export const pastNeeded = (days + 1) * day + hour;

/**
 * How many vehicles were usually disconnected in each hour that the last day touches, oldest first, by the same rule as the
 * service's: the numbers at the ends of the four quarters of that hour of the day, on each of the seven days before it; the
 * 10th and 90th percentile by nearest rank. No sample where there was no vehicle, nor inside an unobserved time; no range
 * without samples of three days. `now` is in milliseconds.
 */
export function usualByHour({ quarters, unobserved }: Pick<History, 'quarters' | 'unobserved'>, now: number) {
  const gaps = unobserved.map(({ from, to }) => [Date.parse(from), Date.parse(to)] as const);
  const samples = new Map<number, number>(); // by the beginning of the quarter
  for (const { from, to, counts } of quarters) {
    const end = Date.parse(to);
    const begin = Date.parse(from);
    const seen = counts.connected + counts.disconnected + counts.never_seen > 0;
    if (seen && end - begin === quarter && !gaps.some(([from, to]) => from < end && end < to))
      samples.set(begin, counts.disconnected);
  }
  const found: (Range & { from: number; to: number })[] = [];
  for (let from = floor(now - day, hour); from <= now; from += hour) {
    const range = usualAt(samples, from);
    if (range) found.push({ from, to: from + hour, ...range });
  }
  return found;
}

function usualAt(samples: ReadonlyMap<number, number>, begin: number): Range | undefined {
  const all: number[] = [];
  let known = 0;
  for (let back = 1; back <= days; back++) {
    const before = all.length;
    for (let from = begin - back * day; from < begin - back * day + hour; from += quarter) {
      const n = samples.get(from);
      if (n !== undefined) all.push(n);
    }
    if (all.length > before) known++;
  }
  return known < leastDays ? undefined : rangeOf(all);
}

/** The 10th and 90th percentile by nearest rank: both are numbers that occurred. */
function rangeOf(numbers: readonly number[]): Range | undefined {
  const sorted = numbers.toSorted((a, b) => a - b);
  const lo = sorted[Math.ceil(sorted.length / 10) - 1];
  const hi = sorted[Math.ceil((9 * sorted.length) / 10) - 1];
  return lo === undefined || hi === undefined ? undefined : { lo, hi };
}

/** The last whole step at or before a moment. */
export function floor(at: number, step: number): number {
  return at - (at % step);
}
