import { IconArrowNarrowDown, IconArrowNarrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect } from 'react';
import { useTime } from '../shell/time';
import { CustomerRow } from './CustomerRow';
import { type Column, columns } from './columns';
import { type Customer, type CustomerOrder, clicked, sorted } from './customer';
import type { Window } from './useRows';

interface Props {
  rows: readonly Customer[];
  /** How many there are with those that are not loaded yet. */
  total: number;
  sort: CustomerOrder;
  onSort: (sort: CustomerOrder) => void;
  current: number;
  pick: (index: number) => void;
  onWindow: (window: Window) => void;
  /** Opens the form of a customer; none where who asks may not change anything. */
  edit: ((customer: Customer) => void) | undefined;
  scroller: RefObject<HTMLDivElement | null>;
  card: boolean;
  gone: boolean;
}

/** Heights of a row and of a card, which the style sheet knows too. */
const rowHeight = 36;
const cardHeight = 100;

/** The customers, of which only those on screen exist. */
export function CustomerTable({ rows, total, sort, onSort, onWindow, scroller, card, current, ...row }: Props) {
  const time = useTime();
  const size = card ? cardHeight : rowHeight;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => size,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 6,
  });
  const height = virtual.scrollRect?.height ?? 0;
  const first = Math.min(rows.length, Math.floor((virtual.scrollOffset ?? 0) / size));
  const last = Math.min(rows.length, first + Math.max(0, Math.floor(height / size)));
  useEffect(() => virtual.measure(), [virtual, size]);
  useEffect(() => onWindow({ first, last }), [first, last, onWindow]);
  useEffect(() => {
    if (current >= 0) virtual.scrollToIndex(current);
  }, [current, virtual]);
  return (
    <div role="table" aria-label="Customers" aria-rowcount={total + 1} className="table">
      <div role="row" aria-rowindex={1} className="columns">
        {columns.map((column) => (
          <Head key={column.name} column={column} sort={sort} onSort={onSort} />
        ))}
        {row.edit && (
          <span role="columnheader" className="c-edit">
            <span className="visually-hidden">Edit</span>
          </span>
        )}
      </div>
      <div ref={scroller} role="rowgroup" className="scroller">
        <div role="presentation" className="rows" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const customer = rows[index];
            return (
              customer && (
                <CustomerRow
                  key={customer.id}
                  customer={customer}
                  index={index}
                  top={start}
                  current={index === current}
                  tabbable={index === (current < 0 ? first : current)}
                  time={time}
                  {...row}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Head({ column, sort, onSort }: { column: Column; sort: CustomerOrder; onSort: Props['onSort'] }) {
  const { name, className, by } = column;
  if (by === undefined)
    return (
      <span role="columnheader" className={className}>
        {name}
      </span>
    );
  const how = sorted(by, sort);
  const Arrow = how === 'descending' ? IconArrowNarrowDown : IconArrowNarrowUp;
  return (
    <span role="columnheader" className={className} aria-sort={how}>
      <button
        type="button"
        className={how === 'none' ? 'sort' : 'sort sort-active'}
        onClick={() => onSort(clicked(by, sort))}
      >
        {how !== 'none' && <Arrow size={16} stroke={1.5} />}
        {name}
      </button>
    </span>
  );
}
