import type { Counts, History } from '../api/client';
import type { TrendData } from '../parts/trendPaths';
import { floor, quarter, usualByHour } from './usual';

const hour = 4 * quarter;
const day = 24 * hour;

/** The numbers at a moment. */
export interface Then {
  at: string;
  counts: Counts;
}

/** The numbers of an hour before `now` (milliseconds), at the nearest end of a quarter; none where that is not known. */
export function hourBefore({ quarters }: Pick<History, 'quarters'>, now: number): Then | undefined {
  const wanted = now - hour;
  const nearest = floor(wanted + quarter / 2, quarter);
  const found = quarters.find(({ to }) => Date.parse(to) === nearest);
  return found && { at: found.to, counts: found.counts };
}

/** Whether there were vehicles. */
export function any({ connected, disconnected, never_seen }: Counts): boolean {
  return connected + disconnected + never_seen > 0;
}

/**
 * The last day of the disconnected, with its end at `now`, a moment and a number newer than the history. What lies between
 * the history's end and the present quarter is not known, and not drawn.
 */
export function lastDay(history: Pick<History, 'quarters' | 'unobserved'>, now: { at: number; n: number }): TrendData {
  const from = now.at - day;
  const present = floor(now.at, quarter);
  const steps = history.quarters
    .map((each) => ({ from: Date.parse(each.from), to: Date.parse(each.to), counts: each.counts }))
    .filter(({ from: begin, to, counts }) => to > from && begin < present && to - begin === quarter && any(counts))
    .map(({ from, to, counts }) => ({ from, to, n: counts.disconnected }));
  return {
    from,
    to: now.at,
    steps: [...steps, { from: present, to: now.at, n: now.n }],
    usual: usualByHour(history, now.at),
    unobserved: history.unobserved
      .map((span) => ({ from: Date.parse(span.from), to: Date.parse(span.to) }))
      .filter((span) => span.to > from),
    now: now.n,
  };
}

/** A trend in one sentence. */
export function trendInWords({ steps, usual, unobserved, now }: TrendData): string {
  const numbers = steps.map(({ n }) => n);
  const last = usual.at(-1);
  const range = numbers.length > 1 ? `from ${Math.min(...numbers)} to ${Math.max(...numbers)} disconnected, ` : '';
  const habit = last ? `; usual at this hour are ${last.lo} to ${last.hi}` : '';
  const gaps =
    unobserved.length === 0 ? '' : `; unobserved ${unobserved.length === 1 ? 'once' : `${unobserved.length} times`}`;
  return `The last 24 hours: ${range}now ${now}${habit}${gaps}.`;
}

/** How long until the next quarter of an hour is over and known, in milliseconds, where an answer was given at `asOf`. */
export function untilNextQuarter(asOf: string): number {
  const at = Date.parse(asOf);
  // Not all browsers at once: each has its own answer, at its own millisecond.
  return quarter - (at % quarter) + 5000 + (at % 10_000);
}
