import type { Status } from '../api/client';
import { count } from '../format/number';
import { words } from '../marks/Mark';
import { type Part, shareParts } from './share';
import './share.css';

const heights: Readonly<Record<Status, number>> = { connected: 4, disconnected: 14, never_seen: 6 };

/**
 * How many of some vehicles are connected, disconnected and never seen, as one bar of 144 × 14: disconnected stands taller,
 * never seen is an outline, so that neither needs its hue. Without vehicles there is no bar, but words.
 */
export function ShareBar({ counts }: { counts: Readonly<Record<Status, number>> }) {
  const parts = shareParts(counts);
  if (parts.length === 0) return <span className="faint">no vehicles</span>;
  const summary = parts.map(({ status }) => `${count(counts[status])} ${words[status].toLowerCase()}`).join(', ');
  return (
    <svg className="share-bar" viewBox="0 0 144 14" width="144" height="14" role="img" aria-label={summary}>
      {parts.map((part) => (
        <Band key={part.status} {...part} />
      ))}
    </svg>
  );
}

function Band({ status, x, width }: Part) {
  const height = heights[status];
  // An outline is drawn on both sides of its edge: half of its line must lie inside.
  const inset = status === 'never_seen' ? 0.75 : 0;
  return (
    <rect
      className={`band-${status}`}
      x={x + inset}
      y={(14 - height) / 2 + inset}
      width={width - 2 * inset}
      height={height - 2 * inset}
    />
  );
}
