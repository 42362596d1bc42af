import { IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type CSSProperties, memo, useEffect, useRef } from 'react';
import { count } from '../format/number';
import { exactly } from '../format/time';
import { StatusWord } from '../marks/Mark';
import type { Group } from './burst';
import type { Happened } from './feed';
import type { Line } from './lines';
import { burstInWords, whatHappened, whatHappenedToAll } from './words';

interface Props {
  line: Line;
  index: number;
  top: number;
  current: boolean;
  tabbable: boolean;
  moment: (iso: string | undefined) => string;
  toggle: (key: string) => void;
  pick: (key: string) => void;
}

/** One line of the feed. */
export const LineView = memo(function LineView({ line, index, top, current, tabbable, moment, toggle, pick }: Props) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Focus follows j and k, and is never taken from where somebody is: a line may come back by scrolling alone.
    const at = document.activeElement;
    if (current && (at === document.body || at?.closest('.feed .rows')))
      row.current?.querySelector<HTMLElement>('a, button')?.focus({ preventScroll: true });
  }, [current]);
  const tabIndex = tabbable ? 0 : -1;
  const style: CSSProperties = { transform: `translateY(${top}px)` };
  return (
    <div
      ref={row}
      role="row"
      aria-rowindex={index + 2}
      aria-current={current || undefined}
      className={`row row-${line.kind}`}
      style={style}
      onFocus={() => pick(line.key)}
    >
      {line.kind === 'burst' && (
        <span role="cell" className="c-all">
          {burstInWords(line.burst, moment)}
        </span>
      )}
      {line.kind === 'rest' && <Rest group={line.group} n={line.n} tabIndex={tabIndex} />}
      {line.kind === 'group' && (
        <GroupCells group={line.group} open={line.open} moment={moment} toggle={toggle} tabIndex={tabIndex} />
      )}
      {(line.kind === 'single' || line.kind === 'member') && (
        <ChangeCells change={line.change} moment={moment} tabIndex={tabIndex} />
      )}
    </div>
  );
});

function ChangeCells({ change, moment, tabIndex }: { change: Happened; moment: Props['moment']; tabIndex: 0 | -1 }) {
  const { vin, registrationNumber, customer, status, at } = change;
  return (
    <>
      <span role="cell" className="c-time num">
        <Moment iso={at} moment={moment} milliseconds />
      </span>
      <span role="cell" className={`c-change change-${status}`}>
        <StatusWord kind={status} />
      </span>
      <span role="cell" className="c-plate">
        <Link to="/vehicles/$vin" params={{ vin }} title={vin} tabIndex={tabIndex}>
          {registrationNumber}
        </Link>
      </span>
      <span role="cell" className="c-customer" title={customer.name}>
        {customer.name}
      </span>
      <span role="cell" className="c-what num">
        {whatHappened(change, moment)}
      </span>
    </>
  );
}

function GroupCells({
  group,
  open,
  moment,
  toggle,
  tabIndex,
}: {
  group: Group;
  open: boolean;
  moment: Props['moment'];
  toggle: Props['toggle'];
  tabIndex: 0 | -1;
}) {
  const { key, status, customer, from, to } = group;
  return (
    <>
      <span role="cell" className="c-time num">
        <Moment iso={from} moment={moment} />
        <span className="faint to">
          {' – '}
          <Moment iso={to} moment={moment} />
        </span>
      </span>
      <span role="cell" className={`c-change change-${status}`}>
        <StatusWord kind={status} />
      </span>
      <span role="cell" className="c-plate num">
        <button
          type="button"
          className="group-toggle"
          aria-expanded={open}
          aria-label={`${count(group.count)} changes of ${customer.name}`}
          onClick={() => toggle(key)}
          tabIndex={tabIndex}
        >
          <IconChevronRight size={14} stroke={1.75} className={open ? 'chevron chevron-open' : 'chevron'} />
          {count(group.count)}
        </button>
      </span>
      <span role="cell" className="c-customer" title={customer.name}>
        {customer.name}
      </span>
      <span role="cell" className="c-what num">
        {whatHappenedToAll(group, moment)}
      </span>
    </>
  );
}

function Rest({ group, n, tabIndex }: { group: Group; n: number; tabIndex: 0 | -1 }) {
  return (
    <span role="cell" className="c-all num">
      {count(n)} more are not kept one by one.{' '}
      <Link
        to="/vehicles"
        search={{ customer: [group.customer.id], status: [group.status] }}
        className="link"
        tabIndex={tabIndex}
      >
        Vehicles of {group.customer.name} now
      </Link>
    </span>
  );
}

/** A moment; live ones with milliseconds, which tell what came first. */
function Moment({ iso, moment, milliseconds }: { iso: string; moment: Props['moment']; milliseconds?: boolean }) {
  const text = moment(iso);
  return (
    <time dateTime={iso} title={exactly(iso)}>
      {text}
      {milliseconds && text.length === 8 && <span className="faint">{iso.slice(19, 23)}</span>}
    </time>
  );
}
