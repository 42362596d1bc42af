import { useState } from 'react';
import type { Interval, VehicleDetail } from '../api/client';
import { duration } from '../format/duration';
import { count } from '../format/number';
import { dayAndTime, exactly } from '../format/time';
import { StatusWord } from '../marks/Mark';
import { useTime } from '../shell/time';
import type { Range } from './range';
import { type Line, linesOf } from './timeline';
import type { KnownPast } from './useVehicle';

/** So many intervals are shown at once. */
const step = 50;

interface Props {
  past: KnownPast;
  vehicle: VehicleDetail;
  range: Range;
}

/** The intervals of a range, newest first. */
export function Intervals({ past, vehicle, range }: Props) {
  const [most, setMost] = useState(step);
  const time = useTime();
  const lines = linesOf(past, vehicle, time.now);
  const more = lines.length - most;
  return (
    <section aria-labelledby="intervals" className="intervals">
      <h2 id="intervals">
        Intervals{' '}
        <span className="faint">
          last {range.words}, newest first, {time.zoneName}
        </span>
      </h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Lasted</th>
            <th scope="col">
              <span className="visually-hidden">Note</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.slice(0, most).map((line) => (
            <Row key={line.from} line={line} />
          ))}
        </tbody>
      </table>
      {lines.length === 0 && <p className="faint">Nothing is known of this time: it was not registered yet.</p>}
      {more > 0 && (
        <button type="button" className="button" onClick={() => setMost(most + step)}>
          Show more <span className="faint num">{count(more)}</span>
        </button>
      )}
    </section>
  );
}

const notes: Partial<Record<Interval['status'], string>> = {
  unobserved: 'Fleetbeat was restarting; this is nobody’s silence',
};

function Row({ line: { status, from, to, earlier, seconds } }: { line: Line }) {
  return (
    <tr className={`interval-${status}`}>
      <td className="i-status">
        <StatusWord kind={status} />
      </td>
      <td className="i-from num" title={earlier ? undefined : exactly(from)}>
        {earlier ? <span className="faint">before this range</span> : <When iso={from} />}
      </td>
      <td className="i-to num" title={to && exactly(to)}>
        {to === undefined ? <span className="faint">now</span> : <When iso={to} />}
      </td>
      <td className="i-lasted num">
        {earlier && <span className="faint">over </span>}
        {duration(seconds, true)}
      </td>
      <td className="i-note">{notes[status]}</td>
    </tr>
  );
}

/** A moment whose day steps back, because it repeats. */
function When({ iso }: { iso: string }) {
  const { now, zone } = useTime();
  const { day, time } = dayAndTime(iso, new Date(now), zone);
  return (
    <>
      {day !== undefined && <span className="faint">{day} </span>}
      {time}
    </>
  );
}
