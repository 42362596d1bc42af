import type { Interval } from '../api/client';
import { duration } from '../format/duration';

/** How long something was what, in milliseconds. What is left of a bar's time was before the vehicle was registered, or is to come. */
export type Lengths = Record<Interval['status'], number>;

/** One bar of a strip: a part of time, and what it was. */
export interface Bar extends Lengths {
  from: number;
  to: number;
}

/** Cuts a past into `count` bars between two moments, oldest first. Intervals are in order of time, newest or oldest first. */
export function barsOf(
  intervals: readonly Interval[],
  { from, to }: { from: number; to: number },
  count: number,
): Bar[] {
  const length = (to - from) / count;
  const bars = Array.from({ length: count }, (_, i) => ({
    from: from + i * length,
    to: from + (i + 1) * length,
    connected: 0,
    disconnected: 0,
    unobserved: 0,
    never_seen: 0,
  }));
  for (const interval of intervals) {
    const start = Math.max(from, Date.parse(interval.from));
    const end = Math.min(to, Date.parse(interval.to));
    for (let i = Math.floor((start - from) / length); i < count && from + i * length < end; i++) {
      const bar = bars[i];
      if (bar) bar[interval.status] += Math.max(0, Math.min(end, bar.to) - Math.max(start, bar.from));
    }
  }
  return bars;
}

/** The drawing of a strip: one path a status, and where each bar stands. */
export interface Drawing {
  paths: Lengthless;
  places: { x: number; width: number }[];
}
type Lengthless = Record<Interval['status'], string>;

/** The band of what is calm, as parts of the height. */
const bandTop = 0.2;
const bandHeight = 0.6;
/** What is there is seen: the least part of the height that a silence takes, and of the band that what was not observed takes. */
const leastSilence = 0.25;
const leastUnobserved = 0.4;
/** Between a block and what stands above it. */
const seam = 2;
const ring = 1.5;

/** Draws bars into a width and a height, in pixels: x is whole, so that all gaps look the same. */
export function drawn(bars: readonly Bar[], width: number, height: number): Drawing {
  const paths: Lengthless = { connected: '', disconnected: '', unobserved: '', never_seen: '' };
  const step = width / Math.max(1, bars.length);
  const gap = step < 5 ? 1 : 2;
  const places = bars.map((_, i) => {
    const x = Math.round(i * step);
    return { x, width: Math.max(1, Math.round((i + 1) * step) - x - gap) };
  });
  bars.forEach((bar, i) => {
    const place = places[i];
    if (place) draw(bar, place, height, paths);
  });
  return { paths, places };
}

function draw(bar: Bar, { x, width }: { x: number; width: number }, height: number, paths: Lengthless): void {
  const known = bar.connected + bar.disconnected + bar.unobserved + bar.never_seen;
  if (known === 0) return;
  const top = Math.round(height * bandTop);
  const bottom = top + Math.round(height * bandHeight);
  const rect = (status: keyof Lengthless, from: number, to: number) => {
    if (to - from >= 1) paths[status] += `M${x} ${from}h${width}v${to - from}h${-width}z`;
  };
  const calm = bar.connected > 0 ? 'connected' : bar.unobserved > 0 ? 'unobserved' : 'never_seen';
  if (bar.disconnected > 0) {
    const block = Math.round(height * Math.max(leastSilence, bar.disconnected / known));
    rect('disconnected', height - block, height);
    if (calm !== 'never_seen') rect(calm, top, Math.min(bottom, height - block - seam));
  } else if (bar.unobserved > 0 && bar.unobserved < known) {
    const part = Math.round((bottom - top) * Math.max(leastUnobserved, bar.unobserved / known));
    rect('unobserved', bottom - part, bottom);
    if (calm === 'connected') rect(calm, top, bottom - part - seam);
  } else if (calm === 'never_seen') paths.never_seen += circle(x + width / 2, height / 2);
  else rect(calm, top, bottom);
}

function circle(x: number, y: number): string {
  return `M${x - ring} ${y}a${ring} ${ring} 0 1 0 ${2 * ring} 0a${ring} ${ring} 0 1 0 ${-2 * ring} 0z`;
}

/** What a bar was, in words: "disconnected 14 min, connected 1 min". */
export function barInWords(bar: Bar): string {
  const parts = (
    [
      ['disconnected', 'disconnected'],
      ['connected', 'connected'],
      ['unobserved', 'unobserved'],
      ['never_seen', 'never heard'],
    ] as const
  ).filter(([status]) => bar[status] > 0);
  const [only] = parts;
  if (only === undefined) return 'not registered yet';
  if (parts.length === 1) return only[1];
  return parts.map(([status, words]) => `${words} ${duration(bar[status] / 1000)}`).join(', ');
}
