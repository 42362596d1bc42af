import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Filter } from '../filter/filter';
import { useNumbers } from '../filter/useNumbers';
import { useTime } from '../shell/time';
import type { Window } from './List';
import { drift, patched } from './list';
import { useOrder, usePresent } from './useVehicles';

/** The frozen order with the present state of what is on screen, and how far both are apart. */
export function useRows(filter: Filter) {
  const order = useOrder(filter);
  const time = useTime();
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
  const frozenAt = time.moment(frozen?.asOf);
  return {
    rows,
    order,
    numbers,
    window,
    setWindow,
    changed,
    apply,
    frozenAt,
  };
}
