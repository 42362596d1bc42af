import { IconAlertTriangle, IconCheck, IconCopy } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { memo, type ReactNode, useEffect, useRef, useState } from 'react';
import type { Filter } from '../filter/filter';
import { duration } from '../format/duration';
import { position } from '../format/number';
import { exactly, secondsSince } from '../format/time';
import { StatusWord } from '../marks/Mark';
import { useCopy } from '../parts/Copy';
import type { Time } from '../shell/time';
import type { Row } from './list';

interface Props {
  row: Row;
  index: number;
  /** Where it stands in the scroll area, in pixels; none on paper, where rows follow each other. */
  top?: number;
  current: boolean;
  /** Whether Tab leads here: one row of the list is enough, j and k lead on. */
  tabbable: boolean;
  time: Time;
  pick: (index: number) => void;
  look: (index: number) => void;
  /** The filter of the list, which goes along to the vehicle's page. */
  filter: Filter;
}

/** One vehicle of the list: plain spans, because there are many and each is painted anew each second. */
export const RowView = memo(function RowView({ row, index, top, current, tabbable, time, pick, look, filter }: Props) {
  const { vehicle, matches } = row;
  const { vin, registrationNumber, customer, status, since, lastHeartbeat, location } = vehicle;
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Focus follows j and k, and is never taken from where somebody is: a row may come back by scrolling alone.
    const at = document.activeElement;
    if (current && (at === document.body || at?.id === 'main' || at?.getAttribute('role') === 'row'))
      line.current?.focus({ preventScroll: true });
  }, [current]);
  return (
    <div
      ref={line}
      role="row"
      aria-rowindex={index + 2}
      aria-current={current || undefined}
      tabIndex={tabbable ? 0 : -1}
      className={`row${matches ? '' : ' row-gone'}`}
      {...(top !== undefined && { style: { transform: `translateY(${top}px)` } })}
      onClick={(event) => {
        if (!(event.target instanceof Element) || event.target.closest('a, button') === null) look(index);
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.target !== event.currentTarget) return;
        event.preventDefault(); // else the key of the page does it once more
        look(index);
      }}
      onFocus={() => pick(index)}
    >
      <Cell name="c-status" value={status}>
        <StatusWord kind={status} />
      </Cell>
      <Cell name="c-plate" value={registrationNumber} title={registrationNumber}>
        <Link to="/vehicles/$vin" params={{ vin }} search={filter} tabIndex={-1} preload={false}>
          {registrationNumber}
        </Link>
      </Cell>
      <span role="cell" className="c-vin">
        <Vin vin={vin} />
      </span>
      <Cell name="c-customer" value={customer.name} title={customer.name}>
        {customer.name}
      </Cell>
      <span role="cell" className="c-heard num" title={lastHeartbeat && exactly(lastHeartbeat)}>
        <span className="only-card">heard </span>
        {lastHeartbeat === undefined ? '–' : duration(secondsSince(lastHeartbeat, time.now))}
        {lastHeartbeat !== undefined && <span className="only-card"> ago</span>}
      </span>
      <Cell name="c-for num" value={since ?? ''}>
        <span className="for">{since === undefined ? '–' : duration(secondsSince(since, time.now))}</span>
        {!matches && <span className="gone-word">no longer matches</span>}
      </Cell>
      <Cell name="c-since num" value={since ?? ''} title={since && exactly(since)}>
        {matches ? time.moment(since) : 'no longer matches'}
      </Cell>
      <span role="cell" className="c-position num" title={location && exactly(location.at)}>
        {location ? position(location.lat, location.lon) : '–'}
      </span>
    </div>
  );
});

/** A cell that lights up for a moment when its value changes, and only then: not when it is scrolled into sight. */
function Cell({
  name,
  value,
  title,
  children,
}: {
  name: string;
  value: string;
  title?: string | undefined;
  children: ReactNode;
}) {
  const [was, setWas] = useState({ value, changes: 0 });
  if (was.value !== value) setWas({ value, changes: was.changes + 1 });
  return (
    <span role="cell" className={was.changes > 0 ? `${name} patched` : name} key={was.changes} title={title}>
      {children}
    </span>
  );
}

const icons = { idle: IconCopy, copied: IconCheck, refused: IconAlertTriangle };
const said = { idle: 'Copy', copied: 'Copied:', refused: 'The browser refuses to copy' };

/** A VIN that a click copies. */
function Vin({ vin }: { vin: string }) {
  const [state, copy] = useCopy(vin);
  const Icon = icons[state];
  return (
    <button type="button" className="vin mono" tabIndex={-1} aria-label={`${said[state]} ${vin}`} onClick={copy}>
      {vin}
      <span className={state === 'idle' ? 'copy' : 'copy copy-said'}>
        <Icon size={14} stroke={1.5} />
      </span>
    </button>
  );
}
