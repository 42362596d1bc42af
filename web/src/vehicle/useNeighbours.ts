import { useEffect } from 'react';
import { type Filter, totalOf } from '../filter/filter';
import { useOrder } from '../vehicles/useVehicles';

/** So many list pages are looked through for a vehicle: who came from further down a list has them in the cache anyway. */
const mostPages = 3;
/** So near to the end of what is loaded the next list page is asked for. */
const near = 5;

/** Where a vehicle stands in the list that it was opened from, and which are beside it. */
export interface Neighbours {
  /** From 1. Undefined where it is not among the first few hundred: then no number is better than a guess. */
  place: number | undefined;
  total: { n: number; atLeast: boolean } | undefined;
  previous: string | undefined;
  next: string | undefined;
}

/** The neighbours of a vehicle in the order of a filter as it was read, which stays as it is while one steps through it. */
export function useNeighbours(vin: string, filter: Filter): Neighbours {
  const order = useOrder(filter);
  const { data, hasNextPage, isFetching, isPlaceholderData, isError, fetchNextPage } = order;
  const pages = isPlaceholderData ? undefined : data?.pages;
  const vins = pages?.flatMap((page) => page.items.map((each) => each.vin)) ?? [];
  const at = vins.indexOf(vin);
  const wanted = pages !== undefined && (at < 0 ? pages.length < mostPages : at >= vins.length - near);
  const loaded = vins.length;
  const more = wanted && hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (more) void fetchNextPage();
  }, [more, loaded, fetchNextPage]); // `loaded`: one list page may follow the other without a paint between
  const [first] = pages ?? [];
  if (at < 0) return { place: undefined, total: undefined, previous: undefined, next: undefined };
  return {
    place: at + 1,
    total: first && totalOf(first),
    previous: vins[at - 1],
    next: vins[at + 1],
  };
}
