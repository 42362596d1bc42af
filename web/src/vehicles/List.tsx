import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type RefObject, useEffect } from 'react';
import type { Filter, Order } from '../filter/filter';
import { useTime } from '../shell/time';
import { Columns } from './columns';
import type { Row } from './list';
import { RowView } from './RowView';
import { usePrinting } from './usePrinting';

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
  /** Looks at a row. */
  look: (index: number) => void;
  filter: Filter;
  onWindow: (window: Window) => void;
  scroller: RefObject<HTMLDivElement | null>;
  card: boolean;
  /** What stands after the last row that is loaded, where more match. */
  end: ReactNode;
}

/** The rows, of which only those on screen exist. */
export function List(props: Props) {
  const printing = usePrinting();
  return (
    <div role="table" aria-label="Vehicles" aria-rowcount={props.total + 1} className="table">
      <Columns sort={props.sort} onSort={props.onSort} />
      {printing ? <AllRows {...props} /> : <RowsOnScreen {...props} />}
    </div>
  );
}

function RowsOnScreen({ rows, current, pick, look, filter, onWindow, scroller, card, end }: Props) {
  const time = useTime();
  const size = card ? 84 : 36;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => size,
    overscan: 6,
    paddingEnd: end ? 44 : 0,
    // The current row stays when it is scrolled away: with it the focus would go.
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const first = Math.max(0, startIndex - overscan);
      const shown = Array.from({ length: Math.min(count, endIndex + overscan + 1) - first }, (_, i) => first + i);
      if (current < 0 || current >= count || shown.includes(current)) return shown;
      return current < first ? [current, ...shown] : [...shown, current];
    },
  });
  const height = virtual.scrollRect?.height ?? 0;
  const first = Math.min(rows.length, Math.floor((virtual.scrollOffset ?? 0) / size));
  const last = Math.min(rows.length, first + Math.max(0, Math.floor(height / size)));
  useEffect(() => virtual.measure(), [virtual, size]);
  useEffect(() => onWindow({ first, last }), [first, last, onWindow]);
  useEffect(() => {
    if (current >= 0) virtual.scrollToIndex(current);
  }, [current, virtual]);
  const tabbable = current < 0 ? first : current;
  return (
    <div ref={scroller} role="rowgroup" className="scroller">
      <div role="presentation" className="rows" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const { vin } = row.vehicle;
          const at = { index, top: start, current: index === current, tabbable: index === tabbable };
          return <RowView key={vin} row={row} time={time} {...{ pick, look, filter }} {...at} />;
        })}
        {end && <div className="list-end">{end}</div>}
      </div>
    </div>
  );
}

/** All rows that are loaded, for paper. */
function AllRows({ rows, pick, look, filter, scroller }: Props) {
  const time = useTime();
  return (
    <div ref={scroller} role="rowgroup">
      {rows.map((row, index) => (
        <RowView
          key={row.vehicle.vin}
          row={row}
          index={index}
          time={time}
          {...{ pick, look, filter }}
          current={false}
          tabbable={false}
        />
      ))}
    </div>
  );
}
