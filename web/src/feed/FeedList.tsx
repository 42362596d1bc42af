import { useMediaQuery } from '@mantine/hooks';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useState } from 'react';
import { useKeys } from '../shell/keys';
import type { Time } from '../shell/time';
import { LineView } from './LineView';
import type { Line } from './lines';

interface Props {
  lines: readonly Line[];
  time: Time;
  /** Opens a group, or closes it. */
  toggle: (key: string) => void;
  scroller: RefObject<HTMLDivElement | null>;
  /** Told whether the newest line is scrolled out of sight. */
  onAway: (away: boolean) => void;
  /** Told whether focus is on one of the lines. */
  onWithin: (within: boolean) => void;
}

/** The lines, of which only those on screen exist. One of them is a tab stop; j and k lead on. */
export function FeedList({ lines, time, toggle, scroller, onAway, onWithin }: Props) {
  const card = useMediaQuery('(max-width: 639px)', false, { getInitialValueInEffect: false });
  const size = card ? 44 : 36;
  const [current, setCurrent] = useState<string>();
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => size,
    overscan: 8,
  });
  useEffect(() => virtual.measure(), [virtual, size]);
  const leave = () => {
    setCurrent(undefined);
    const at = document.activeElement;
    if (at instanceof HTMLElement && scroller.current?.contains(at)) at.blur();
  };
  const step = (by: 1 | -1) => () => {
    const next = after(lines, current, by);
    if (next < 0) return;
    setCurrent(lines[next]?.key);
    virtual.scrollToIndex(next);
  };
  useKeys('feed', { next: step(1), previous: step(-1), leave, pause: undefined });
  const items = virtual.getVirtualItems();
  const shown = items.flatMap(({ index }) => lines[index] ?? []);
  const stop = (shown.find(({ key }) => key === current) ?? shown.find(({ kind }) => kind !== 'burst'))?.key;
  return (
    <div role="table" aria-label="Changes, newest first" aria-rowcount={lines.length + 1} className="table">
      <div role="row" aria-rowindex={1} className="columns">
        <span role="columnheader" className="c-time">
          Time, {time.zoneName}
        </span>
        <span role="columnheader">Change</span>
        <span role="columnheader">Plate</span>
        <span role="columnheader" className="c-customer">
          Customer
        </span>
        <span role="columnheader" className="c-what">
          What happened
        </span>
      </div>
      <div
        ref={scroller}
        role="rowgroup"
        className="scroller"
        onScroll={(event) => onAway(event.currentTarget.scrollTop > size / 2)}
        onFocus={() => onWithin(true)}
        onBlur={(event) => onWithin(event.currentTarget.contains(event.relatedTarget))}
      >
        <div role="presentation" className="rows" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const line = lines[index];
            return (
              line && (
                <LineView
                  key={line.key}
                  line={line}
                  index={index}
                  top={start}
                  current={line.key === current}
                  tabbable={line.key === stop}
                  moment={time.moment}
                  toggle={toggle}
                  pick={setCurrent}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** The next line that can be current; the same at an end, and none where there is none. */
function after(lines: readonly Line[], current: string | undefined, by: 1 | -1): number {
  const at = lines.findIndex(({ key }) => key === current);
  for (let i = at < 0 ? 0 : at + by; i >= 0 && i < lines.length; i += by < 0 && at >= 0 ? -1 : 1)
    if (lines[i]?.kind !== 'burst') return i;
  return at;
}
