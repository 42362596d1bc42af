import { IconCheck, IconCopy } from '@tabler/icons-react';
import { memo, useEffect, useRef, useState } from 'react';
import { duration } from '../format/duration';
import { exactly, secondsSince } from '../format/time';
import { StatusWord } from '../marks/Mark';
import type { Time } from '../shell/time';
import type { Row } from './list';

interface Props {
  row: Row;
  index: number;
  top: number;
  current: boolean;
  /** Whether Tab leads here: one row of the list is enough, j and k lead on. */
  tabbable: boolean;
  time: Time;
  pick: (index: number) => void;
}

/** One vehicle of the list: plain spans, because there are many and each is painted anew each second. */
export const RowView = memo(function RowView({ row, index, top, current, tabbable, time, pick }: Props) {
  const { vehicle, matches } = row;
  const { vin, registrationNumber, customer, status, since, lastHeartbeat } = vehicle;
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Focus follows j and k, and is never taken from where somebody is: a row may come back by scrolling alone.
    const at = document.activeElement;
    if (current && (at === document.body || at?.getAttribute('role') === 'row'))
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
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => pick(index)}
      onFocus={() => pick(index)}
    >
      <span role="cell" className="c-status patched" key={status}>
        <StatusWord kind={status} />
      </span>
      <span role="cell" className="c-plate" title={registrationNumber}>
        {registrationNumber}
      </span>
      <span role="cell" className="c-vin">
        <Vin vin={vin} />
      </span>
      <span role="cell" className="c-customer">
        {customer.name}
      </span>
      <span role="cell" className="c-heard num" title={lastHeartbeat && exactly(lastHeartbeat)}>
        <span className="only-card">heard </span>
        {lastHeartbeat === undefined ? '–' : duration(secondsSince(lastHeartbeat, time.now))}
        {lastHeartbeat !== undefined && <span className="only-card"> ago</span>}
      </span>
      <span role="cell" className="c-for num">
        <span className="for">{since === undefined ? '–' : duration(secondsSince(since, time.now))}</span>
        {!matches && <span className="gone-word">no longer matches</span>}
      </span>
      <span role="cell" className="c-since num" title={since && exactly(since)}>
        {matches ? time.moment(since) : 'no longer matches'}
      </span>
    </div>
  );
});

/** A VIN that a click copies. */
function Vin({ vin }: { vin: string }) {
  const [copied, setCopied] = useState(false);
  // Browsers give no clipboard to pages that came over plain HTTP from another machine.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  const copy = () =>
    void clipboard?.writeText(vin).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    });
  return (
    <button
      type="button"
      className="vin mono"
      tabIndex={-1}
      aria-label={copied ? `${vin} copied` : `Copy ${vin}`}
      onClick={copy}
    >
      {vin}
      <span className="copy">
        {copied ? <IconCheck size={14} stroke={1.75} /> : <IconCopy size={14} stroke={1.5} />}
      </span>
    </button>
  );
}
