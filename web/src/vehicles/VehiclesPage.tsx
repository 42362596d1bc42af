import { useMediaQuery } from '@mantine/hooks';
import { IconDownload } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { address } from '../api/client';
import { FilterButton, Filtered, SearchLine, useNarrow } from '../filter/Filtered';
import { partsOf, statuses, stringifySearch, toggled, totalOf } from '../filter/filter';
import { Pills } from '../filter/Pills';
import { useFilter } from '../filter/useFilter';
import { count, counted } from '../format/number';
import { useKeys } from '../shell/keys';
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
  useKeys({
    j: step(1),
    k: step(-1),
    ArrowDown: step(1),
    ArrowUp: step(-1),
    Escape: () => {
      setCurrent(-1);
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
    1: toggle(0),
    2: toggle(1),
    3: toggle(2),
    u: apply,
    e: () => location.assign(csv),
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
            {!card && total?.n !== 0 && (
              <a className="button" href={csv} download>
                <IconDownload size={16} stroke={1.5} /> Export {total && counted(total.n, 'row')}
              </a>
            )}
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
