import { Link } from '@tanstack/react-router';
import type { Interval, VehicleDetail } from '../api/client';
import { count, share } from '../format/number';
import { dayAndTime } from '../format/time';
import { StatusWord } from '../marks/Mark';
import { type Time, useTime } from '../shell/time';
import { Intervals } from './Intervals';
import { lengthOf } from './lengthOf';
import { PastStrip, useBars } from './PastStrip';
import { type Range, ranges } from './range';
import { statsOf } from './timeline';
import { type KnownPast, usePast } from './useVehicle';

/** A vehicle's contact in a range: what it comes to, as a strip, and interval by interval. */
export function Contact({ vehicle, range }: { vehicle: VehicleDetail; range: Range }) {
  const { data: past, error, refetch } = usePast(vehicle.vin, range);
  const count = useBars(range);
  return (
    <>
      <section aria-labelledby="contact" className="contact">
        <div className="contact-line">
          <h2 id="contact">Contact</h2>
          <Ranges range={range} />
        </div>
        <Numbers past={past} />
        <div className="contact-strip">
          {past && <Past key={`${range.value} ${count}`} past={past} range={range} count={count} />}
          {!past && error && (
            <p>
              {error.message}{' '}
              <button type="button" className="text-button" onClick={() => void refetch()}>
                Try again
              </button>
            </p>
          )}
        </div>
        {past?.cut && <Cut past={past} />}
      </section>
      {past && <Intervals key={range.value} past={past} vehicle={vehicle} range={range} />}
    </>
  );
}

/** The ranges, each a link: what is chosen stands in the address. */
function Ranges({ range }: { range: Range }) {
  return (
    <div role="group" aria-label="Range" className="ranges">
      {ranges.map(({ value, words }) => (
        <Link
          key={value}
          to="."
          search={(was) => ({ ...was, range: value })}
          className="range"
          aria-current={value === range.value ? 'true' : undefined}
          resetScroll={false}
        >
          {words}
        </Link>
      ))}
    </div>
  );
}

function Numbers({ past }: { past: KnownPast | undefined }) {
  const stats = past && statsOf(past.intervals);
  const { disconnections = 0 } = stats ?? {};
  const numbers: [string, string][] = [
    ['Connected', past?.connectedShare === undefined ? '–' : share(past.connectedShare, 1, 2)],
    ['Disconnections', stats ? count(stats.disconnections, past.cut) : '–'],
    ['Longest disconnection', lengthOf(past?.longestDisconnectedSeconds, disconnections > 0)],
    ['Disconnected in all', lengthOf(stats?.disconnected, disconnections > 0)],
    ['Unobserved', lengthOf(stats?.unobserved)],
  ];
  return (
    <dl className="stats">
      {numbers.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Past({ past, range, count }: { past: KnownPast; range: Range; count: number }) {
  const time = useTime();
  const minutes = (range.barMinutes * range.bars) / count;
  const kinds: Interval['status'][] = ['connected', 'disconnected', 'unobserved'];
  if (past.intervals.some(({ status }) => status === 'never_seen')) kinds.push('never_seen');
  return (
    <PastStrip past={past} range={range} height={44} count={count} axis={axisOf(past, range, time)}>
      {(told) => (
        <div className="strip-foot">
          <span className="legend">
            {kinds.map((kind) => (
              <StatusWord key={kind} kind={kind} />
            ))}
          </span>
          <span className="strip-told num">
            {told ?? (
              <>
                One bar is {minutes < 60 ? `${minutes} min` : `${minutes / 60} h`}.{' '}
                <span className="strip-keys" aria-hidden="true">
                  <span className="kbd">←</span> <span className="kbd">→</span> step through
                </span>
              </>
            )}
          </span>
        </div>
      )}
    </PastStrip>
  );
}

/** What stands below a strip: times within a day, days beyond, and "now" at the right. */
function axisOf({ from, to }: KnownPast, range: Range, { now, zone }: Time): string[] {
  const steps = range.value === '7d' ? 7 : 6;
  const words = Array.from({ length: steps }, (_, i) => {
    const at = new Date(from + (i * (to - from)) / steps).toISOString();
    const { day, time } = dayAndTime(at, new Date(now), zone);
    return range.barMinutes >= 120 ? (day ?? time.slice(0, 5)) : time.slice(0, 5);
  });
  return [...words, 'now'];
}

/** Says what was left out. */
function Cut({ past }: { past: KnownPast }) {
  const time = useTime();
  return (
    <p className="cut">
      There are more than {count(past.intervals.length)} intervals. The strip, the table and the numbers of
      disconnections begin at {time.moment(past.intervals.at(-1)?.from)} {time.zoneName}; connected and longest
      disconnection are of the whole range.
    </p>
  );
}
