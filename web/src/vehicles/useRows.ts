import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { VehicleList } from '../api/client';
import type { Filter } from '../filter/filter';
import { useNumbers } from '../filter/useNumbers';
import type { Window } from './List';
import { type Drift, noDrift, pageSize, patched, vehiclesOf } from './list';
import { useDrift } from './useDrift';
import { orderKey, type Pages, useOrder, usePresent } from './useVehicles';

/** The frozen order with the present state of what is on screen, and how far both are apart. */
export function useRows(filter: Filter) {
  const order = useOrder(filter);
  // Rows first: facets cost the server as much as rows do, and their answer holds the counts already.
  const numbers = useNumbers(filter, !order.isPending && !order.isPlaceholderData);
  const [window, setWindow] = useState<Window>({ first: 0, last: 0 });
  useFreshOrders(filter);
  const frozen = order.isPlaceholderData ? undefined : order.data;
  const drift = useDrift(filter, frozen);
  const pages = order.data?.pages;
  const vehicles = useMemo(() => vehiclesOf(pages), [pages]);
  const watched = useMemo(() => new Map(drift.present.map((each) => [each.vin, each])), [drift.present]);
  const others = usePresent(
    vehicles
      .slice(window.first, Math.min(window.last + 4, window.first + 100))
      .map(({ vin }) => vin)
      .filter((vin) => frozen && drift.now && !watched.has(vin)),
  );
  useMore(order, window.last, vehicles.length);
  const asOf = Date.parse(numbers.data?.asOf ?? pages?.[0]?.asOf ?? '');
  const rows = useMemo(() => {
    const present = others ? new Map([...watched, ...others.map((each) => [each.vin, each] as const)]) : watched;
    return patched(vehicles, present, drift.judged, filter, asOf);
  }, [vehicles, watched, others, drift.judged, filter, asOf]);
  const changed: Drift = drift.now
    ? { gone: rows.filter(({ matches }) => !matches).length, fresh: drift.fresh, moved: drift.moved }
    : noDrift;
  const apply = useApply(filter, frozen, drift.now, window.last, order.refetch);
  const empty = vehicles.length === 0 && changed.fresh > 0;
  useEffect(() => {
    if (empty) apply(); // no row is there that could jump
  }, [empty, apply]);
  return {
    rows,
    order,
    numbers:
      numbers.isPlaceholderData || numbers.data === undefined ? known(frozen?.pages[0], numbers.data) : numbers.data,
    window,
    setWindow,
    changed,
    apply,
    frozenAt: pages?.[0]?.asOf,
  };
}

/** The numbers that came with rows, and with them the facets of the filter before until their own come. */
function known(list: VehicleList | undefined, before: VehicleList | undefined): VehicleList | undefined {
  if (list === undefined) return before;
  return { ...list, ...(before?.facets && { facets: before.facets }) };
}

/** Reads more pages before somebody comes to the end of those that are loaded. */
function useMore(order: ReturnType<typeof useOrder>, last: number, loaded: number): void {
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, isPlaceholderData, fetchNextPage } = order;
  // Not with the first rows: who types asks for the next first page before anybody could scroll there.
  const near = hasNextPage && !isPlaceholderData && last > loaded - pageSize / 2;
  useEffect(() => {
    // One that failed is tried again when somebody asks for it: here it would be without pause.
    if (near && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [near, isFetchingNextPage, isFetchNextPageError, fetchNextPage, loaded]);
}

/** Forgets the orders of other filters: who comes back to one by choosing it wants it of now, not of then. */
function useFreshOrders(filter: Filter): void {
  const queries = useQueryClient();
  const shown = useRef(filter);
  useEffect(() => {
    if (shown.current === filter) return;
    shown.current = filter;
    // One that is being asked for is of a filter that is about to be shown.
    const predicate = ({ state }: { state: { fetchStatus: string } }) => state.fetchStatus === 'idle';
    queries.removeQueries({ queryKey: ['vehicles', 'order'], type: 'inactive', predicate });
  }, [filter, queries]);
}

/** Puts the order of now in place of the frozen one: at once where all of it is known, else by reading down to what is on screen. */
function useApply(
  filter: Filter,
  frozen: Pages | undefined,
  now: Pages | undefined,
  last: number,
  refetch: () => unknown,
) {
  const queries = useQueryClient();
  return useCallback(() => {
    if (frozen === undefined) return;
    if (now && (now.pages.length >= frozen.pages.length || now.pages.at(-1)?.next === undefined)) {
      queries.setQueryData<Pages>(orderKey(filter), now);
      return;
    }
    const needed = Math.max(1, Math.ceil((last + 1) / pageSize));
    if (needed < frozen.pages.length)
      queries.setQueryData<Pages>(orderKey(filter), {
        pages: frozen.pages.slice(0, needed),
        pageParams: frozen.pageParams.slice(0, needed),
      });
    void refetch();
  }, [queries, filter, frozen, now, last, refetch]);
}
