import { useMediaQuery } from '@mantine/hooks';
import { useRef, useState } from 'react';
import { address } from '../api/client';
import { FilterButton, Filtered, SearchLine, useNarrow } from '../filter/Filtered';
import { partsOf, statuses, stringifySearch, toggled, totalOf } from '../filter/filter';
import { Pills } from '../filter/Pills';
import { useFilter } from '../filter/useFilter';
import { count, counted } from '../format/number';
import { Download } from '../parts/Download';
import { useKeys } from '../shell/keys';
import { useGone } from '../shell/live';
import { usePageTitle } from '../shell/title';
import { Foot } from './Foot';
import { List } from './List';
import { Nothing } from './Nothing';
import { OrderLine } from './OrderLine';
import { useRows } from './useRows';
import './vehicles.css';

/** The list of vehicles with its filter. */
export function VehiclesPage() {
  const [filter, change] = useFilter();
  const { rows, order, numbers, window, setWindow, changed, apply, frozenAt } = useRows(filter);
  const [current, setCurrent] = useState(-1);
  const scroller = useRef<HTMLDivElement>(null);
  const card = useMediaQuery('(max-width: 639px)', false, { getInitialValueInEffect: false });
  const narrow = useNarrow();
  usePageTitle('Vehicles');
  const csv = address(`/api/v1/vehicles${stringifySearch({ ...filter, format: 'csv' })}`);
  const toggle = (i: 0 | 1 | 2) => () => change({ status: toggled(filter.status, statuses[i]) });
  const step = (by: number) => () => setCurrent((at) => Math.max(0, Math.min(rows.length - 1, at + by)));
  const gone = useGone();
  useKeys('vehicles', {
    next: step(1),
    previous: step(-1),
    leave: () => {
      setCurrent(-1);
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
    disconnected: toggle(0),
    connected: toggle(1),
    neverSeen: toggle(2),
    apply,
    export: gone ? undefined : () => location.assign(csv),
  });
  const total = numbers ? totalOf(numbers) : undefined;
  const title =
    total &&
    (partsOf(filter) > 0
      ? `${count(total.n, total.atLeast)} ${total.n === 1 ? 'vehicle matches' : 'vehicles match'}`
      : `All ${counted(total.n, 'vehicle')}`);
  const parts = { filter, change, numbers };
  return (
    <Filtered {...parts}>
      <section className="content vehicles" aria-label="Vehicles">
        <div className="title-line">
          <h1>{title ?? 'Vehicles'}</h1>
          {!narrow && <Pills {...parts} />}
          <div className="title-actions">
            <FilterButton {...parts} />
            {!card && total?.n !== 0 && <Download href={csv}>Export {total && counted(total.n, 'row')}</Download>}
          </div>
        </div>
        <SearchLine {...parts} />
        <OrderLine filter={filter} changed={changed} apply={apply} frozenAt={frozenAt} />
        {order.data && rows.length === 0 && !order.isFetching ? (
          <Nothing filter={filter} change={change} />
        ) : (
          <List
            rows={rows}
            total={total?.n ?? rows.length}
            sort={filter.sort ?? 'status'}
            onSort={(sort) => change({ sort })}
            current={current}
            pick={setCurrent}
            onWindow={setWindow}
            scroller={scroller}
            card={card}
          />
        )}
        <Foot
          window={window}
          total={order.data && totalOf(order.data.pages[0] ?? {}).n}
          failed={order.error?.message}
        />
      </section>
    </Filtered>
  );
}
