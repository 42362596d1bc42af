import { IconPencil } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { memo, useEffect, useRef } from 'react';
import { duration } from '../format/duration';
import { count, counted, share } from '../format/number';
import { exactly, secondsSince } from '../format/time';
import { ShareBar } from '../parts/ShareBar';
import { gone as goneWords } from '../shell/gone';
import type { Time } from '../shell/time';
import { beyondWords, type Customer, vehiclesOf } from './customer';

interface Props {
  customer: Customer;
  index: number;
  top: number;
  current: boolean;
  /** Whether Tab leads here: one row of the list is enough, j and k lead on. */
  tabbable: boolean;
  time: Time;
  pick: (index: number) => void;
  edit: ((customer: Customer) => void) | undefined;
  /** Whether the server is gone: nothing can be edited then. */
  gone: boolean;
}

/** One customer of the list. All of it leads to the customer's vehicles, but for the button that edits it. */
export const CustomerRow = memo(function CustomerRow(props: Props) {
  const { customer, index, top, current, tabbable, pick, edit, gone } = props;
  const line = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  useEffect(() => {
    // Focus follows j and k, and is never taken from where somebody is: a row may come back by scrolling alone.
    const at = document.activeElement;
    if (current && (at === document.body || at?.getAttribute('role') === 'row'))
      line.current?.focus({ preventScroll: true });
  }, [current]);
  const search = { customer: [customer.id] };
  return (
    <div
      ref={line}
      role="row"
      aria-rowindex={index + 2}
      aria-current={current || undefined}
      tabIndex={tabbable ? 0 : -1}
      className="row"
      style={{ transform: `translateY(${top}px)` }}
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a, button')) return;
        if (getSelection()?.isCollapsed === false) return; // somebody marks a name to copy it
        void navigate({ to: '/vehicles', search });
      }}
      onFocus={() => pick(index)}
    >
      <span role="cell" className="c-name" title={customer.name}>
        <Link to="/vehicles" search={search} tabIndex={-1}>
          {customer.name}
        </Link>
      </span>
      <Cells {...props} />
      {edit && (
        <span role="cell" className="c-edit">
          <button
            type="button"
            className="icon-button"
            tabIndex={tabbable ? 0 : -1}
            aria-label={`Edit ${customer.name}`}
            title={gone ? goneWords : 'Edit'}
            disabled={gone}
            onClick={() => edit(customer)}
          >
            <IconPencil size={16} stroke={1.5} />
          </button>
        </span>
      )}
    </div>
  );
});

/** What is told of a customer besides its name. */
function Cells({ customer, time }: Pick<Props, 'customer' | 'time'>) {
  const { address, counts, longest } = customer;
  const vehicles = vehiclesOf(customer);
  const beyond = beyondWords(customer);
  const more = (customer.beyond ?? 0) > 0;
  const none = (n: number) => (n === 0 ? 'num faint' : 'num');
  return (
    <>
      <span role="cell" className="c-address" title={address}>
        {address}
      </span>
      <span role="cell" className={`c-vehicles ${none(vehicles)}`}>
        {count(vehicles)}
        <span className="only-card"> {vehicles === 1 ? 'vehicle' : 'vehicles'}</span>
      </span>
      <span role="cell" className="c-share">
        <ShareBar counts={counts} />
      </span>
      <span
        role="cell"
        className="c-connected num"
        title={`${counted(counts.connected, 'vehicle')} of ${count(vehicles)}`}
      >
        {share(counts.connected, vehicles)}
      </span>
      <span role="cell" className={`c-disconnected ${none(counts.disconnected)}`}>
        {count(counts.disconnected)}
        <span className="only-card"> disconnected</span>
      </span>
      <span role="cell" className={`c-never ${none(counts.never_seen)}`}>
        {count(counts.never_seen)}
      </span>
      <span role="cell" className={`c-beyond num ${more ? 'beyond' : 'faint'}`} title={beyond.sentence}>
        {beyond.word}
        {more && <span className="only-card"> beyond</span>}
      </span>
      <span role="cell" className="c-longest num" title={longest && `${longest.registrationNumber}, ${longest.vin}`}>
        {longest === undefined ? <span className="faint">–</span> : duration(secondsSince(longest.since, time.now))}
      </span>
      <span role="cell" className="c-since num" title={longest && exactly(longest.since)}>
        {longest && time.moment(longest.since)}
      </span>
    </>
  );
}
