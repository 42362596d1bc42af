import { useMediaQuery } from '@mantine/hooks';
import { IconListSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
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
import { End } from './End';
import { List } from './List';
import { NoMatch } from './NoMatch';
import { NoVehicles } from './NoVehicles';
import { OrderLine } from './OrderLine';
import { Panel } from './Panel';
import { Register } from './Register';
import { useCurrent, useMoving } from './useCurrent';
import { useLook } from './useLook';
import { useRows } from './useRows';
import { useOrderAhead } from './useVehicles';
import { VehiclesFoot } from './VehiclesFoot';
import './vehicles.css';

/** The list of vehicles with its filter. */
export function VehiclesPage() {
  const ahead = useOrderAhead();
  const [filter, change] = useFilter(ahead);
  const { rows, order, numbers, window, setWindow, changed, apply, frozenAt } = useRows(filter);
  const { look, current, pick, lookAt, open, close } = useLook(filter, rows, ...useCurrent(rows, filter));
  const scroller = useRef<HTMLDivElement>(null);
  const exported = useRef<HTMLSpanElement>(null);
  const csv = address(`/api/v1/vehicles${stringifySearch({ ...filter, format: 'csv' })}`);
  const card = useMediaQuery('(max-width: 639px)', false, { getInitialValueInEffect: false });
  const narrow = useNarrow();
  usePageTitle('Vehicles');
  const gone = useGone();
  useMoving(rows, window, current, pick, scroller, look !== undefined);
  const toggle = (i: 0 | 1 | 2) => () => change({ status: toggled(filter.status, statuses[i]) });
  useKeys('vehicles', {
    disconnected: toggle(0),
    connected: toggle(1),
    neverSeen: toggle(2),
    apply,
    // By the link itself: going to its address would leave the page where the service refuses.
    export: gone ? undefined : () => exported.current?.querySelector('a')?.click(),
    look: current < 0 ? undefined : () => lookAt(current), // where the focus is not on the row: after Back
    open,
  });
  const total = numbers ? totalOf(numbers) : undefined;
  const title =
    total &&
    (partsOf(filter) > 0
      ? `${count(total.n, total.atLeast)} ${total.n === 1 ? 'vehicle matches' : 'vehicles match'}`
      : `All ${counted(total.n, 'vehicle')}`);
  const parts = { filter, change, numbers };
  const sort = filter.sort ?? 'status';
  const onSort = (to: typeof sort) => change({ sort: to });
  const matching = total?.n ?? rows.length;
  const frozen = order.data && totalOf(order.data.pages[0] ?? {});
  const more = rows.length > 0 && order.data?.pages.at(-1)?.next !== undefined;
  const nothing = order.data !== undefined && rows.length === 0 && !order.isFetching;
  if (nothing && partsOf(filter) === 0)
    return (
      <section className="content vehicles" aria-label="Vehicles">
        <NoVehicles />
      </section>
    );
  return (
    <Filtered {...parts}>
      <section className="content vehicles" aria-label="Vehicles">
        <div className="title-line">
          <h1>{title ?? 'Vehicles'}</h1>
          {/* Said when the filter finds others, not each time that a vehicle comes or goes. */}
          <span className="visually-hidden" role="status">
            {frozen && `${count(frozen.n, frozen.atLeast)} ${frozen.n === 1 ? 'vehicle' : 'vehicles'} listed`}
          </span>
          {!narrow && <Pills {...parts} />}
          <div className="title-actions">
            <FilterButton {...parts} />
            <Register shown={!card} />
            {!card && (
              <Link to="/lookup" className="button" aria-label="Paste a list" title="Paste a list">
                <IconListSearch size={16} stroke={1.5} /> <span className="word">Paste a list</span>
              </Link>
            )}
            {!card && total?.n !== 0 && (
              <span ref={exported}>
                <Download href={csv}>
                  {total ? `Export ${count(total.n, total.atLeast)} ${total.n === 1 ? 'row' : 'rows'}` : 'Export'}
                </Download>
              </span>
            )}
          </div>
        </div>
        <SearchLine {...parts} />
        <OrderLine
          filter={filter}
          total={matching}
          changed={changed}
          gone={gone}
          frozenAt={frozenAt}
          apply={(byKey) => {
            apply();
            // The button goes with its changes: the focus that it had goes to the rows.
            if (byKey) scroller.current?.querySelector<HTMLElement>('[role=row][tabindex="0"]')?.focus();
          }}
        />
        <div className={look === undefined ? 'beside' : 'beside looking'}>
          {nothing ? (
            <NoMatch filter={filter} change={change} />
          ) : (
            <List
              {...{ rows, sort, onSort, current, pick, filter, scroller, card }}
              look={lookAt}
              total={matching}
              onWindow={setWindow}
              end={more && <End {...{ order, sort, onSort }} total={matching} />}
            />
          )}
          {look !== undefined && (
            <Panel
              vin={look}
              known={rows[current]?.vehicle}
              place={current + 1}
              total={total?.n}
              filter={filter}
              onClose={close}
            />
          )}
        </div>
        <VehiclesFoot window={window} total={frozen?.n} failed={order.error?.message} />
      </section>
    </Filtered>
  );
}
