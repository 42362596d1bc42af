import { IconArrowNarrowDown, IconArrowNarrowUp } from '@tabler/icons-react';
import type { Order } from '../filter/filter';

interface Column {
  name: string;
  className: string;
  /** What the service can order by. */
  by?: 'status' | 'since' | 'vin' | 'registrationNumber' | 'customer';
}

const columns: readonly Column[] = [
  { name: 'Status', className: 'c-status', by: 'status' },
  { name: 'Plate', className: 'c-plate', by: 'registrationNumber' },
  { name: 'VIN', className: 'c-vin', by: 'vin' },
  { name: 'Customer', className: 'c-customer', by: 'customer' },
  { name: 'Last heartbeat', className: 'c-heard' },
  { name: 'In status for', className: 'c-for', by: 'since' },
  { name: 'Since', className: 'c-since' },
  { name: 'Last position', className: 'c-position' },
];

/** The names of the columns; those that the service can order by are buttons. */
export function Columns({ sort, onSort }: { sort: Order; onSort: (sort: Order) => void }) {
  return (
    <div role="row" aria-rowindex={1} className="columns">
      {columns.map((column) => (
        <span
          key={column.name}
          role="columnheader"
          className={column.className}
          aria-sort={column.by && (sort === column.by ? 'ascending' : sort === `-${column.by}` ? 'descending' : 'none')}
        >
          {column.by ? <Sort name={column.name} by={column.by} sort={sort} onSort={onSort} /> : column.name}
        </span>
      ))}
    </div>
  );
}

function Sort({
  name,
  by,
  sort,
  onSort,
}: {
  name: string;
  by: NonNullable<Column['by']>;
  sort: Order;
  onSort: (sort: Order) => void;
}) {
  const points = arrow(by, sort);
  // The longest in their status come first in the default order too: to turn that round is what a click on it can mean.
  const turned = sort === by || (by === 'since' && sort === 'status');
  const Icon = points === 'down' ? IconArrowNarrowDown : IconArrowNarrowUp;
  return (
    <button
      type="button"
      className={points ? 'sort sort-active' : 'sort'}
      onClick={() => onSort(turned ? `-${by}` : by)}
    >
      {points && <Icon size={14} stroke={1.75} />}
      {name}
    </button>
  );
}

/** Where the arrow of a column points: up where the least comes first. The earliest since is the longest time in a status. */
function arrow(by: NonNullable<Column['by']>, sort: Order): 'up' | 'down' | undefined {
  if (by === 'since') return sort === 'since' || sort === 'status' ? 'down' : sort === '-since' ? 'up' : undefined;
  if (sort === by) return by === 'status' ? undefined : 'up';
  return sort === `-${by}` ? 'down' : undefined;
}
