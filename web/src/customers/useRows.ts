import { useEffect, useMemo, useState } from 'react';
import { type Customer, type CustomerSearch, moved, presentRows } from './customer';
import { type Frozen, pageSize, useOrder, usePresentPages, useStrays } from './useCustomers';

/** The rows that are on screen: the first, and the one after the last. */
export interface Window {
  first: number;
  last: number;
}

/** Where the last write that is to be seen lies. */
export interface Written {
  /** Rows are read as of after this position… */
  shown: string;
  /** …and ordered as of after this one. */
  ordered: string;
}

/** The frozen order with the present state of what is on screen, and whether both have come apart. */
export function useRows(search: CustomerSearch, written: Written) {
  const order = useOrder(search, written.ordered);
  const [window, setWindow] = useState<Window>({ first: 0, last: 0 });
  const pages = order.data?.pages;
  const cursors = order.data?.pageParams.map(String);
  const all = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = order;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && window.last > all.length - 60) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, window.last, all.length]);

  const frozen = onScreen(pages, cursors, window, order.dataUpdatedAt);
  const present = usePresentPages(search, order.isPlaceholderData ? [] : frozen, written.shown);
  const found = new Map<string, Customer>();
  for (const each of present.flatMap((page) => page.items)) found.set(each.id, each);
  const strays = useStrays(
    present.length === 0
      ? []
      : all.slice(window.first, window.last + 1).flatMap(({ id }) => (found.has(id) ? [] : [id])),
  );
  for (const each of strays) found.set(each.id, each);
  const total = present.at(-1)?.total ?? pages?.[0]?.total;
  return {
    rows: presentRows(all, found),
    order,
    total,
    window,
    setWindow,
    moved: present.some((page, i) => moved(frozen[i]?.page.items ?? [], page.items)),
    asOf: pages?.[0]?.asOf,
  };
}

function onScreen(
  pages: readonly Frozen['page'][] | undefined,
  cursors: readonly string[] | undefined,
  { first, last }: Window,
  at: number,
): Frozen[] {
  const from = Math.floor(first / pageSize);
  const to = Math.floor(Math.max(first, last) / pageSize);
  return (pages ?? []).slice(from, to + 1).map((page, i) => ({ page, cursor: cursors?.[from + i] ?? '', at }));
}
