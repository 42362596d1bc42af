import type { Order } from '../filter/filter';
import { count } from '../format/number';
import { mostRows } from './list';
import type { useOrder } from './useVehicles';

/** What comes after the last row that is loaded: more rows, or why there are none and what helps. */
export function End({
  order,
  total,
  sort,
  onSort,
}: {
  order: ReturnType<typeof useOrder>;
  total: number;
  sort: Order;
  onSort: (sort: Order) => void;
}) {
  if (order.isFetchNextPageError)
    return (
      <>
        {order.error.message}{' '}
        <button type="button" className="text-button" onClick={() => void order.fetchNextPage()}>
          Try again
        </button>
      </>
    );
  if (order.hasNextPage) return <>Loading more …</>;
  return (
    <>
      These are the first {count(mostRows)} of {count(total)}. Narrow the filter, export them all, or{' '}
      <button type="button" className="text-button" onClick={() => onSort(reversed(sort))}>
        begin at the other end
      </button>
    </>
  );
}

/** The same order from its other end. */
export function reversed(sort: Order): Order {
  return (sort.startsWith('-') ? sort.slice(1) : `-${sort}`) as Order;
}
