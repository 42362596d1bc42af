import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect } from 'react';
import type { Order } from '../filter/filter';
import { useTime } from '../shell/time';
import type { Row } from './list';
import { RowView } from './RowView';

/** A window of rows: the first and the last that are on screen. */
export interface Window {
  first: number;
  last: number;
}

interface Props {
  rows: readonly Row[];
  /** How many there are with those that are not loaded yet. */
  total: number;
  sort: Order;
  onSort: (sort: Order) => void;
  current: number;
  pick: (index: number) => void;
  onWindow: (window: Window) => void;
  scroller: RefObject<HTMLDivElement | null>;
  card: boolean;
}

const columns: readonly {
  name: string;
  className: string;
  sort?: 'status' | 'since' | 'vin' | 'registrationNumber' | 'customer';
}[] = [
  { name: 'Status', className: 'c-status', sort: 'status' },
  { name: 'Plate', className: 'c-plate', sort: 'registrationNumber' },
  { name: 'VIN', className: 'c-vin', sort: 'vin' },
  { name: 'Customer', className: 'c-customer', sort: 'customer' },
  { name: 'Last heartbeat', className: 'c-heard' },
  { name: 'In status for', className: 'c-for', sort: 'since' },
  { name: 'Since', className: 'c-since' },
];

/** The rows, of which only those on screen exist. */
export function List({ rows, total, sort, onSort, current, pick, onWindow, scroller, card }: Props) {
  const time = useTime();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (card ? 84 : 36),
    overscan: 6,
  });
  const items = virtual.getVirtualItems();
  const height = virtual.scrollRect?.height ?? 0;
  const size = card ? 84 : 36;
  const first = Math.min(rows.length, Math.floor((virtual.scrollOffset ?? 0) / size));
  const last = Math.min(rows.length, first + Math.max(0, Math.floor(height / size)));
  useEffect(() => virtual.measure(), [virtual, card]);
  useEffect(() => onWindow({ first, last }), [first, last, onWindow]);
  useEffect(() => {
    if (current >= 0) virtual.scrollToIndex(current);
  }, [current, virtual]);
  return (
    <div role="table" aria-label="Vehicles" aria-rowcount={total + 1} className="table">
      <div role="row" aria-rowindex={1} className="columns">
        {columns.map(({ name, className, sort: by }) => (
          <Column key={name} name={name} className={className} by={by} sort={sort} onSort={onSort} />
        ))}
      </div>
      <div ref={scroller} role="rowgroup" className="scroller">
        <div role="presentation" className="rows" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = rows[index];
            return (
              row && (
                <RowView
                  key={row.vehicle.vin}
                  row={row}
                  index={index}
                  top={start}
                  current={index === current}
                  tabbable={index === (current < 0 ? first : current)}
                  time={time}
                  pick={pick}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Column({
  name,
  className,
  by,
  sort,
  onSort,
}: {
  name: string;
  className: string;
  by: (typeof columns)[number]['sort'] | undefined;
  sort: Order;
  onSort: Props['onSort'];
}) {
  if (by === undefined)
    return (
      <span role="columnheader" className={className}>
        {name}
      </span>
    );
  const down = sort === `-${by}`;
  const active = sort === by || down;
  return (
    <span role="columnheader" className={className} aria-sort={active ? (down ? 'descending' : 'ascending') : 'none'}>
      <button
        type="button"
        className={active ? 'sort sort-active' : 'sort'}
        onClick={() => onSort(active && !down ? `-${by}` : by)}
      >
        {active && (down ? <IconArrowDown size={14} stroke={1.5} /> : <IconArrowUp size={14} stroke={1.5} />)}
        {name}
      </button>
    </span>
  );
}
