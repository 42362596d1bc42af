import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { type Filter, parseSearch, stringifySearch, validFilter } from './filter';

/** Changes parts of the filter; undefined takes a part out. */
export type Change = (part: { [K in keyof Filter]?: Filter[K] | undefined }) => void;

/**
 * The filter of the address, and what changes it there. What else the address holds stays. `ahead` is told of a filter
 * before it is shown.
 */
export function useFilter(ahead?: (filter: Filter) => void): [Filter, Change] {
  const search: Filter = useSearch({ strict: false });
  const { q, status, silentFor, customer, sort } = search;
  const navigate = useNavigate();
  const router = useRouter();
  const change = useCallback<Change>(
    (part) => {
      ahead?.(validFilter(texts({ ...router.state.location.search, ...part })));
      void navigate({
        to: '.',
        search: (was: Record<string, unknown>) => changed(was, part),
        replace: 'q' in part && Object.keys(part).length === 1, // Back undoes a filter, not a letter
      });
    },
    [navigate, router, ahead],
  );
  // The same filter is the same object: what is made of it (rows, orders) is made once, not each second.
  const written = stringifySearch({ q, status, silentFor, customer, sort });
  const filter = useMemo(() => validFilter(texts(parseSearch(written))), [written]);
  return [filter, change];
}

/** A search with parts of its filter changed. */
export function changed(was: Record<string, unknown>, part: Parameters<Change>[0]): Record<string, unknown> {
  const { q, status, silentFor, customer, sort, ...rest } = was;
  return { ...rest, ...validFilter(texts({ q, status, silentFor, customer, sort, ...part })) };
}

/** A search as it would stand in the address. */
function texts(search: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(stringifySearch(search)));
}
