import { Link } from '@tanstack/react-router';
import type { Counts, Status, VehicleList } from '../api/client';
import { type Filter, statuses, totalOf } from '../filter/filter';
import { count, share } from '../format/number';
import { exactly } from '../format/time';
import { Mark, words } from '../marks/Mark';
import { any, hourBefore, lastDay, type Then } from './past';
import { TileTrend } from './TileTrend';
import { useHistory } from './useFleet';

interface Props {
  filter: Filter;
  numbers: VehicleList | undefined;
  /** Whether all vehicles of the customers are looked at: only their past is known. */
  whole: boolean;
}

/** How many vehicles have each status, each tile leading to them. */
export function Tiles({ filter, numbers, whole }: Props) {
  const history = useHistory(filter.customer, whole && numbers !== undefined);
  const now = numbers && Date.parse(numbers.asOf);
  const past = whole && now !== undefined ? history.data : undefined;
  const then = past && now !== undefined ? hourBefore(past, now) : undefined;
  const trend =
    past && numbers && now !== undefined ? lastDay(past, { at: now, n: numbers.counts.disconnected }) : undefined;
  return (
    <ul className="tiles" aria-label="Vehicles per status">
      {statuses.map((status) => (
        <li key={status} className={`tile tile-${status}`}>
          <Tile status={status} filter={filter} numbers={numbers} whole={whole} then={then} />
          {status === 'disconnected' && whole && <TileTrend data={trend} history={history} />}
        </li>
      ))}
    </ul>
  );
}

function Tile({ status, filter, numbers, whole, then }: { status: Status; then: Then | undefined } & Props) {
  const atLeast = numbers !== undefined && totalOf(numbers).atLeast;
  const leftOut = filter.status !== undefined && !filter.status.includes(status);
  const number = numbers ? count(numbers.counts[status], atLeast) : '\u00a0';
  const before = then && any(then.counts) ? `${count(then.counts[status])} at ${exactly(then.at)}` : undefined;
  return (
    <div className={leftOut ? 'tile-numbers left-out' : 'tile-numbers'}>
      <Link to="/vehicles" search={{ ...filter, status: [status] }} className="cover" title={before}>
        <span className="tile-word">
          <Mark kind={status} size={12} /> {words[status]}
        </span>{' '}
        <span className={number.length > 7 ? 'tile-number long' : 'tile-number'}>{number}</span>
      </Link>
      {/* Where all vehicles are new there is nothing to compare with, which one tile says for all. */}
      {whole && (
        <p>
          {numbers && then && any(then.counts) && <Since now={numbers.counts[status]} then={then} status={status} />}
          {then && !any(then.counts) && status === 'disconnected' && (
            <span className="faint">no earlier hour to compare with</span>
          )}
          &nbsp;
        </p>
      )}
      <p className="faint num">
        {numbers && (leftOut ? 'left out by the filter' : shareOf(numbers, status, filter))}&nbsp;
      </p>
    </div>
  );
}

/** The change against an hour ago, in words. */
function Since({ now, then, status }: { now: number; then: Then; status: Status }) {
  const by = now - then.counts[status];
  return (
    <span className="num">
      {by === 0 ? 'same as' : <b>{`${count(Math.abs(by))} ${by > 0 ? 'more' : 'fewer'}`}</b>}
      {by === 0 ? ' ' : ' than '}an hour ago
    </span>
  );
}

function shareOf({ counts, ...list }: VehicleList, status: Status, { q, silentFor, customer }: Filter): string {
  if (totalOf(list).atLeast) return '';
  const of =
    q === undefined && silentFor === undefined && customer === undefined ? 'of the fleet' : 'of these vehicles';
  return `${share(counts[status], sum(counts))} ${of}`;
}

function sum({ connected, disconnected, never_seen }: Counts): number {
  return connected + disconnected + never_seen;
}
