import { Link } from '@tanstack/react-router';
import type { ListedTransition } from '../api/client';
import { type Filter, partsOf } from '../filter/filter';
import { duration } from '../format/duration';
import { exactly } from '../format/time';
import { StatusWord } from '../marks/Mark';
import { Failed } from '../parts/Failed';
import { type Time, useTime } from '../shell/time';
import { rows } from './BeyondUsual';
import { useLastChanges } from './useFleet';
import { useHeld } from './useHeld';

/** A change that was found so recently is new on the page, in milliseconds. */
const fresh = 3000;
/** Rows stay where they are and change what they say: none moves when another comes. */
const slots = Array.from({ length: rows }, (_, i) => `row ${i}`);

/** What changed last, newest first, live. It stands still while somebody points at it: a link must not run away. */
export function LastChanges({ filter }: { filter: Filter }) {
  const changes = useLastChanges(filter.customer, rows);
  const time = useTime();
  const [items, held, newer] = useHeld(changes.data?.items, JSON.stringify(filter.customer ?? []));
  return (
    <section className="table changes" aria-labelledby="changes">
      <h2 id="changes">
        Last changes <span className="aside">{newer ? 'newer ones wait while you are here' : aside(filter)}</span>
      </h2>
      <div role="table" aria-labelledby="changes" className="rows" {...held}>
        <div role="row" className="head">
          <span role="columnheader">Time, {time.zoneName}</span>
          <span role="columnheader">
            <span className="word">Change</span>
          </span>
          <span role="columnheader">Plate</span>
          <span role="columnheader">Customer</span>
          <span role="columnheader" className="right">
            After
          </span>
        </div>
        {slots.slice(0, items?.length ?? 0).map((slot, i) => (
          <div role="row" className="line" key={slot}>
            {items?.[i] && <Cells key={items[i].position + items[i].vin} change={items[i]} time={time} />}
          </div>
        ))}
        {items?.length === 0 && (
          <p className="none">Nothing has changed yet; the first change appears here by itself.</p>
        )}
        {changes.error && !items && <Failed error={changes.error} again={() => void changes.refetch()} />}
      </div>
      <p className="table-foot">
        <Link to="/live" search={filter.customer ? { customer: filter.customer } : {}} className="link">
          Watch live
        </Link>
      </p>
    </section>
  );
}

function Cells({ change, time }: { change: ListedTransition; time: Time }) {
  const { at, provedAt, status, statusBefore, vin, registrationNumber, customer, afterSeconds } = change;
  const news = time.now - Date.parse(provedAt) < fresh ? ' patched' : '';
  return (
    <>
      <span role="cell" className="num faint c-time">
        {time.moment(at)}
      </span>
      <span role="cell" className={`c-change${status === 'connected' ? ' back' : ''}${news}`}>
        <StatusWord kind={status} />
      </span>
      <span role="cell" className="c-plate">
        <Link
          to="/vehicles/$vin"
          params={{ vin }}
          className="cover"
          title={`${registrationNumber}, ${vin}\n${customer.name}\n${exactly(at)}`}
        >
          {registrationNumber}
        </Link>
      </span>
      <span role="cell" className="c-name">
        {customer.name}
      </span>
      <span role="cell" className="num right c-after">
        {statusBefore === 'never_seen' ? 'first heard' : duration(afterSeconds)}
      </span>
    </>
  );
}

/** What these are the changes of: they follow the customers of a filter, and no other part of it. */
function aside({ customer, ...rest }: Filter): string {
  const whose = customer ? 'of these customers' : 'of all vehicles';
  return partsOf(rest) > 0 ? `${whose}, whatever else is filtered` : 'and how long the vehicle was in the other status';
}
