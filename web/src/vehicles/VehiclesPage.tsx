import { useMediaQuery } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconDownload } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { address } from '../api/client';
import { type Filter, partsOf, statuses, stringifySearch, toggled, validFilter } from '../filter/filter';
import { count, counted } from '../format/number';
import { moment } from '../format/time';
import { useKeys } from '../shell/keys';
import { useWorld } from '../shell/live';
import { List, type Window } from './List';
import { drift, patched, totalOf } from './list';
import { Nothing } from './Nothing';
import { Pills } from './Pills';
import { type Change, Rail, Search } from './Rail';
import { useLiveVehicles, useNumbers, useOrder, usePresent } from './useVehicles';
import './vehicles.css';

const route = getRouteApi('/vehicles');

/** The list of vehicles with its filter. */
export function VehiclesPage() {
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const change = useCallback<Change>(
    (part) => {
      const search = (was: Filter) =>
        validFilter(Object.fromEntries(new URLSearchParams(stringifySearch({ ...was, ...part }))));
      void navigate({ search, replace: 'q' in part }); // Back undoes a filter, not a letter
    },
    [navigate],
  );
  const { rows, order, numbers, window, setWindow, changed, apply, frozenAt, ahead } = useRows(filter);
  const [current, setCurrent] = useState(-1);
  const scroller = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const sheet = useRef<HTMLDialogElement>(null);
  const card = useMediaQuery('(max-width: 639px)', false, { getInitialValueInEffect: false });
  const narrow = useMediaQuery('(max-width: 1099px)', false, { getInitialValueInEffect: false });
  const csv = address(`/api/v1/vehicles${stringifySearch({ ...filter, format: 'csv' })}`);
  const toggle = (i: 0 | 1 | 2) => () => change({ status: toggled(filter.status, statuses[i]) });
  const step = (by: number) => () => setCurrent((at) => Math.max(0, Math.min(rows.length - 1, at + by)));
  useKeys({
    '/': () => input.current?.focus(),
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
  const search = useCallback((q: string) => change({ q }), [change]);
  const total = numbers ? totalOf(numbers) : undefined;
  const parts = partsOf(filter);
  const rail = <Rail filter={filter} change={change} numbers={numbers} />;
  const field = <Search value={filter.q ?? ''} onChange={search} input={input} />;
  const title =
    total &&
    (parts > 0
      ? `${count(total.n, total.atLeast)} ${total.n === 1 ? 'vehicle matches' : 'vehicles match'}`
      : `All ${counted(total.n, 'vehicle')}`);
  return (
    <div className="vehicles">
      {!narrow && (
        <aside className="rail" aria-label="Filter">
          {field}
          {rail}
        </aside>
      )}
      <section className="content" aria-label="Vehicles">
        <div className="title-line">
          <h1>{title ?? 'Vehicles'}</h1>
          {!narrow && <Pills filter={filter} change={change} numbers={numbers} />}
          <div className="title-actions">
            {narrow && (
              <button type="button" className="button" onClick={() => sheet.current?.showModal()}>
                <IconAdjustmentsHorizontal size={16} stroke={1.5} /> Filter{' '}
                {parts > 0 && <span className="badge">{parts}</span>}
              </button>
            )}
            {!card && total?.n !== 0 && (
              <a className="button" href={csv} download>
                <IconDownload size={16} stroke={1.5} /> Export {total && counted(total.n, 'row')}
              </a>
            )}
          </div>
        </div>
        {narrow && <div className="search-line">{field}</div>}
        {changed.gone + changed.fresh > 0 ? (
          <button type="button" className="freeze" onClick={apply}>
            <b>{counted(changed.gone + changed.fresh, 'change')}</b> <span>– apply</span> <span className="kbd">u</span>
            <span className="freeze-why">
              {counted(changed.gone, 'row')} no longer {changed.gone === 1 ? 'matches' : 'match'},{' '}
              {counted(changed.fresh, 'vehicle')} new here. The order is kept as of {frozenAt}.
            </span>
          </button>
        ) : (
          <p className="order-line">{orderInWords(filter)}</p>
        )}
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
            ahead={ahead}
            card={card}
          />
        )}
        <Foot
          window={window}
          total={order.data && totalOf(order.data.pages[0] ?? {}).n}
          failed={order.error?.message}
        />
      </section>
      {narrow && (
        <dialog ref={sheet} className="sheet" aria-label="Filter">
          <div className="sheet-body">
            <h2>Filter</h2>
            {rail}
          </div>
          <div className="sheet-foot">
            <button
              type="button"
              className="button"
              onClick={() => change({ status: undefined, silentFor: undefined, customer: undefined, q: undefined })}
            >
              Clear
            </button>
            <button type="button" className="button primary" onClick={() => sheet.current?.close()}>
              Show {total && counted(total.n, 'vehicle')}
            </button>
          </div>
        </dialog>
      )}
    </div>
  );
}

function orderInWords({ sort = 'status' }: Filter): string {
  if (sort === 'status') return 'Disconnected first, longest first';
  const by = {
    since: 'time in status',
    vin: 'VIN',
    registrationNumber: 'plate',
    customer: 'customer',
    status: 'status',
  };
  return `By ${by[sort.replace('-', '') as keyof typeof by]}${sort.startsWith('-') ? ', reversed' : ''}`;
}

function Foot({ window, total, failed }: { window: Window; total: number | undefined; failed: string | undefined }) {
  const hints: [string[], string][] = [
    [['j', 'k'], 'move'],
    [['1', '2', '3'], 'status'],
    [['e'], 'export'],
    [['/'], 'search'],
  ];
  return (
    <div className="foot">
      <span className="num">
        {failed ?? (total ? `${count(window.first + 1)}–${count(window.last)} of ${count(total)}` : '')}
      </span>
      <span className="hints" aria-hidden="true">
        {hints.map(([keys, does]) => (
          <span key={does}>
            {keys.map((key) => (
              <span key={key} className="kbd">
                {key}
              </span>
            ))}{' '}
            {does}
          </span>
        ))}
      </span>
    </div>
  );
}

/** The frozen order with the present state of what is on screen, and how far both are apart. */
function useRows(filter: Filter) {
  useLiveVehicles();
  const order = useOrder(filter);
  const newest = useWorld().freshness.newest();
  const { data: numbers } = useNumbers(filter);
  const [window, setWindow] = useState<Window>({ first: 0, last: 0 });
  const pages = order.data?.pages;
  const vehicles = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const shown = vehicles.slice(window.first, Math.min(window.last + 4, window.first + 100)).map(({ vin }) => vin);
  const present = usePresent(shown);
  const { refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = order;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && window.last > vehicles.length - 60) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, window.last, vehicles.length]);
  const asOf = Date.parse(numbers?.asOf ?? pages?.[0]?.asOf ?? '');
  const rows = useMemo(() => patched(vehicles, present, filter, asOf), [vehicles, present, filter, asOf]);
  const frozen = pages?.[0];
  const settled = frozen && numbers && !order.isPlaceholderData && numbers.asOf > frozen.asOf;
  const gone = rows.filter(({ matches }) => !matches).length;
  const changed = settled ? drift(frozen.total, numbers.total, gone) : { gone: 0, fresh: 0 };
  const apply = useCallback(() => void refetch(), [refetch]);
  const frozenAt = moment(frozen?.asOf, new Date(Number.isNaN(asOf) ? 0 : asOf), 'utc');
  return {
    rows,
    order,
    numbers,
    window,
    setWindow,
    changed,
    apply,
    frozenAt,
    ahead: newest === undefined ? 0 : Date.parse(newest.asOf) - newest.at,
  };
}
