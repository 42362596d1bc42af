import { type KeyboardEvent, type PointerEvent, useId, useState } from 'react';
import { type Bar, drawn } from './bars';
import { useWidth } from './useWidth';
import './strip.css';

interface Props {
  bars: readonly Bar[];
  /** In pixels: 44 on a page, 32 in the panel, 20 in a row. */
  height: 44 | 32 | 20;
  /** What the strip comes to, in one sentence, for who does not see it. */
  summary: string;
  /** What one bar was, with its time. */
  describe: (bar: Bar) => string;
  /** What stands below, from the left to the right. */
  axis: readonly string[];
  /** What stands below the axis: given the words of the bar that the cursor is on, if it is on one. */
  children?: (words: string | undefined) => React.ReactNode;
}

/**
 * A past as bars: silence stands out. ← and → move a cursor whose words are told, as a slider's value is: that is the one role
 * whose arrow keys screen readers leave to the page.
 */
export function Strip({ bars, height, summary, describe, axis, children }: Props) {
  const [measured, width] = useWidth(0);
  const hatch = useId();
  const [at, setAt] = useState<number>();
  const { paths, places } = drawn(bars, width, height);
  const cursor = at === undefined ? undefined : Math.min(at, bars.length - 1);
  const bar = cursor === undefined ? undefined : bars[cursor];
  const place = cursor === undefined ? undefined : places[cursor];
  const words = bar && describe(bar);
  const keyed = (event: KeyboardEvent) => {
    const to = moved(event.key, cursor, bars.length);
    if (to === undefined) return;
    event.preventDefault();
    setAt(to);
  };
  const pointed = (event: PointerEvent) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    setAt(Math.max(0, Math.min(bars.length - 1, Math.floor((x / Math.max(1, width)) * bars.length))));
  };
  return (
    <div className="strip">
      <div ref={measured} className="strip-bars" style={{ height }}>
        <svg width={width} height={height} role="img" aria-label={summary}>
          <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect className="band-unobserved" width="1.75" height="5" />
          </pattern>
          {place && <rect className="strip-cursor" x={place.x - 1} y="0" width={place.width + 2} height={height} />}
          <path className="band-connected" d={paths.connected} />
          <path className="band-disconnected" d={paths.disconnected} />
          <path d={paths.unobserved} fill={`url(#${hatch})`} />
          <path className="band-never_seen" d={paths.never_seen} />
        </svg>
        <div
          className="strip-steps"
          role="slider"
          tabIndex={0}
          aria-label="Step through the bars"
          aria-valuemin={1}
          aria-valuemax={bars.length}
          aria-valuenow={(cursor ?? bars.length - 1) + 1}
          aria-valuetext={words ?? summary}
          onKeyDown={keyed}
          onBlur={() => setAt(undefined)}
          onPointerMove={pointed}
          onPointerDown={pointed}
          onPointerLeave={() => setAt(undefined)}
        />
      </div>
      <Axis words={axis} />
      {children?.(words)}
    </div>
  );
}

/** Where a key moves the cursor; undefined where it is none of the strip's. It begins at the newest bar. */
function moved(key: string, cursor: number | undefined, count: number): number | undefined {
  const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[key];
  if (by !== undefined) return cursor === undefined ? count - 1 : Math.max(0, Math.min(count - 1, cursor + by));
  return { Home: 0, End: count - 1 }[key];
}

/** Words at equal distances, the last of them at the right edge. */
function Axis({ words }: { words: readonly string[] }) {
  const last = words.length - 1;
  return (
    <div className="strip-axis num" aria-hidden="true">
      {words.map((each, i) => (
        <span key={`${i} ${each}`} style={i === last ? { right: 0 } : { left: `${(100 * i) / last}%` }}>
          {each}
        </span>
      ))}
    </div>
  );
}
