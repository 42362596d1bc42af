import { useCallback, useRef } from 'react';
import { SearchField } from '../parts/SearchField';
import { useKeys } from '../shell/keys';
import type { Filter } from './filter';
import type { Change } from './useFilter';

/** The one search field of a filter. */
export function Search({ filter, change }: { filter: Filter; change: Change }) {
  const input = useRef<HTMLInputElement>(null);
  useKeys('search', { search: () => input.current?.focus() });
  return (
    <SearchField
      input={input}
      value={filter.q ?? ''}
      change={useCallback((q: string) => change({ q }), [change])}
      label="Search by VIN, plate or customer"
      placeholder="VIN, plate or customer"
    />
  );
}
