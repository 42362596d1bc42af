/** A time from one moment to another, in milliseconds. */
export interface Stretch {
  from: number;
  to: number;
}

/** What a trend shows. Moments are in milliseconds. */
export interface TrendData extends Stretch {
  /** Numbers, each with the time that it stands for, oldest first. Between them the line breaks. */
  steps: readonly (Stretch & { n: number })[];
  /** What is usual, each for a time of its own, oldest first. */
  usual: readonly (Stretch & { lo: number; hi: number })[];
  /** When nothing could be known. */
  unobserved: readonly Stretch[];
  /** The number at the end. */
  now: number;
}

/** A trend as paths in pixels. */
export interface TrendPaths {
  line: string;
  usual: string;
  unobserved: string;
  now: { x: number; y: number };
}

/** Half of the mark at now: it must not be cut off at the edge. */
const half = 5;
/** An unobserved time is shown at least so wide: a restart of three seconds is a fiftieth of a pixel, and has to be seen. */
const narrowest = 4;

/** Draws a trend into a box. The axis need not start at 0: small changes of a large number are what it is for. */
export function trendPaths(data: TrendData, width: number, height: number): TrendPaths {
  const { from, to } = data;
  const x = (at: number) => Math.round(((at - from) / Math.max(1, to - from)) * (width - half));
  const y = scale(data, height);
  const known = data.steps.flatMap((step) =>
    without(clipped(step, data), data.unobserved).map((part) => ({ ...part, n: step.n })),
  );
  let line = '';
  let end = Number.NaN;
  for (const { from, to, n } of known) {
    line += from === end ? `V${y(n)}H${x(to)}` : `M${x(from)} ${y(n)}H${x(to)}`;
    end = to;
  }
  if (end === to) line += `V${y(data.now)}`;
  return {
    line,
    usual: runs(data.usual)
      .map((run) => ribbon(run, data, x, y))
      .join(''),
    unobserved: apart(
      data.unobserved.map((span) => clipped(span, data)).filter(({ from, to }) => to > from),
      x,
      width,
    )
      .map(([left, right]) => hatch(left, right, height))
      .join(''),
    now: { x: width - half, y: y(data.now) },
  };
}

/** From numbers to pixels: the least near the bottom, the most where the mark still fits. */
function scale({ steps, usual, now }: TrendData, height: number): (n: number) => number {
  const all = [now, ...steps.map(({ n }) => n), ...usual.flatMap(({ lo, hi }) => [lo, hi])];
  const most = Math.max(...all);
  const least = Math.min(...all);
  const room = height - 2 * half - 4;
  if (most === least) return () => Math.round(height / 2);
  // A change by one must not fill the height: it would look like a catastrophe.
  const range = Math.max(most - least, 4);
  return (n) => Math.round(half + 1 + room - ((n - least) / range) * room);
}

function clipped<T extends Stretch>(stretch: T, { from, to }: Stretch): T {
  return { ...stretch, from: Math.max(stretch.from, from), to: Math.min(stretch.to, to) };
}

/** What is left of a stretch outside of others. */
function without(stretch: Stretch, others: readonly Stretch[]): Stretch[] {
  let left = stretch.to > stretch.from ? [stretch] : [];
  for (const other of others)
    left = left.flatMap((part) =>
      [
        { from: part.from, to: Math.min(part.to, other.from) },
        { from: Math.max(part.from, other.to), to: part.to },
      ].filter(({ from, to }) => to > from),
    );
  return left;
}

type Usual = TrendData['usual'][number];

/** Ranges that follow each other without a gap, together. */
function runs(usual: readonly Usual[]): Usual[][] {
  const found: Usual[][] = [];
  for (const each of usual) {
    const last = found.at(-1);
    if (last?.at(-1)?.to === each.from) last.push(each);
    else found.push([each]);
  }
  return found;
}

/** A run of ranges as one ribbon, which goes through the middle of each: a habit has no steps at full hours. */
function ribbon(run: readonly Usual[], window: Stretch, x: (at: number) => number, y: (n: number) => number): string {
  const first = run[0];
  const last = run.at(-1);
  if (first === undefined || last === undefined) return '';
  const points = [
    { at: first.from, lo: first.lo, hi: first.hi },
    ...run.map(({ from, to, lo, hi }) => ({ at: (from + to) / 2, lo, hi })),
    { at: last.to, lo: last.lo, hi: last.hi },
  ];
  const inside = cut(points, window);
  if (inside.length < 2) return '';
  const upper = inside.map(({ at, hi }) => `${x(at)} ${y(hi)}`);
  const lower = inside.toReversed().map(({ at, lo }) => `${x(at)} ${y(lo) + 1}`); // a range of one number is a line
  return `M${[...upper, ...lower].join('L')}Z`;
}

interface Point {
  at: number;
  lo: number;
  hi: number;
}

/** The part of a ribbon that lies in a window. */
function cut(points: readonly Point[], { from, to }: Stretch): Point[] {
  const found: Point[] = [];
  points.forEach((point, i) => {
    const next = points[i + 1];
    if (point.at >= from && point.at <= to) found.push(point);
    if (next === undefined) return;
    for (const edge of [from, to]) if (point.at < edge && edge < next.at) found.push(between(point, next, edge));
  });
  return found;
}

function between(a: Point, b: Point, at: number): Point {
  const part = (at - a.at) / (b.at - a.at);
  return { at, lo: a.lo + (b.lo - a.lo) * part, hi: a.hi + (b.hi - a.hi) * part };
}

/** Stretches in pixels, wide enough to be seen, those that touch as one. */
function apart(
  stretches: readonly Stretch[],
  x: (at: number) => number,
  width: number,
): [left: number, right: number][] {
  const found: [number, number][] = [];
  for (const { from, to } of stretches) {
    const left = Math.min(x(from), width - narrowest);
    const right = Math.max(x(to), left + narrowest);
    const last = found.at(-1);
    if (last !== undefined && left <= last[1] + 1) last[1] = Math.max(last[1], right);
    else found.push([left, right]);
  }
  return found;
}

/** 45° lines, 5 px apart, in a box: a pattern would need an id that is the only one on the page. */
function hatch(left: number, right: number, height: number): string {
  let path = '';
  for (let c = left - (left % 5) + 5; c < right + height; c += 5) {
    // the line x + y = c, from where it enters the box to where it leaves it
    const x0 = Math.max(left, c - height);
    const x1 = Math.min(right, c);
    if (x1 > x0) path += `M${x0} ${c - x0}L${x1} ${c - x1}`;
  }
  return path;
}
