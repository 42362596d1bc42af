import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { duration } from '../format/duration';
import { counted, share } from '../format/number';
import { dayAndTime } from '../format/time';
import { type Bar, barInWords, barsOf } from '../parts/bars';
import { Strip } from '../parts/Strip';
import { type Time, useTime } from '../shell/time';
import type { Range } from './range';
import { statsOf } from './timeline';
import type { KnownPast } from './useVehicle';

interface Props {
  past: KnownPast;
  range: Range;
  height: 44 | 32;
  /** What stands below the strip; without it the axis says no more than where it begins. */
  axis: readonly string[];
  /** How many bars; those of the range unless told. */
  count: number;
  children?: (words: string | undefined) => ReactNode;
}

/** The strip of a vehicle's past. */
export function PastStrip({ past, range, height, axis, count, children }: Props) {
  const time = useTime();
  const bars = barsOf(past.intervals, past, count);
  return (
    <Strip
      bars={bars}
      height={height}
      summary={summaryOf(past, range)}
      describe={(bar) => told(bar, time)}
      axis={axis}
      {...(children && { children })}
    />
  );
}

/** How many bars there is room for. */
export function useBars({ bars }: Range): number {
  const small = useMediaQuery('(max-width: 639px)', false, { getInitialValueInEffect: false });
  return small ? bars / 2 : bars;
}

/** A past in one sentence. */
export function summaryOf(past: KnownPast, { words }: Range): string {
  const { disconnections, unobserved } = statsOf(past.intervals);
  const parts = [
    past.connectedShare === undefined
      ? 'neither connected nor disconnected'
      : `connected ${share(past.connectedShare, 1, 2)}`,
    disconnections === 0
      ? 'no disconnection'
      : `${counted(disconnections, 'disconnection')}, the longest ${duration(past.longestDisconnectedSeconds, true)}`,
    unobserved > 0 && `unobserved ${duration(unobserved, true)}`,
  ];
  return `Last ${words}: ${parts.filter((part) => part !== false).join(', ')}.`;
}

/** A bar with its time: "11:07 – 11:22: disconnected 14 min, connected 1 min". */
function told(bar: Bar, { now, zone }: Time): string {
  const at = (ms: number) => dayAndTime(new Date(ms).toISOString(), new Date(now), zone);
  const [from, to] = [at(bar.from), at(bar.to)];
  const word = ({ day, time }: ReturnType<typeof dayAndTime>) => `${day ? `${day} ` : ''}${time.slice(0, 5)}`;
  return `${word(from)} – ${from.day === to.day ? to.time.slice(0, 5) : word(to)}: ${barInWords(bar)}`;
}
