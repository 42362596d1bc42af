import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useNarrow } from '../filter/Filtered';
import type { Filter } from '../filter/filter';
import type { Row } from './list';
import type { ListSearch } from './look';

/**
 * Which row is the current one, looking at it beside the list, and opening its page. What is looked at stands in the address,
 * and is the current row then. Where there is no room beside the list, looking opens the page.
 */
export function useLook(filter: Filter, rows: readonly Row[], picked: number, pickOne: (index: number) => void) {
  const navigate = useNavigate();
  const narrow = useNarrow();
  const { look: asked }: ListSearch = useSearch({ strict: false });
  const look = narrow ? undefined : asked;
  const looked = look === undefined ? -1 : rows.findIndex(({ vehicle }) => vehicle.vin === look);
  const current = look === undefined ? picked : looked;
  const put = useCallback(
    (vin: string | undefined) => {
      const search: ListSearch = { ...filter, ...(vin !== undefined && { look: vin }) };
      // Back closes the panel, and does not go back through the rows.
      void navigate({ to: '/vehicles', search, replace: vin !== undefined && look !== undefined });
    },
    [navigate, filter, look],
  );
  const open = useCallback(
    (vin: string) => void navigate({ to: '/vehicles/$vin', params: { vin }, search: filter }),
    [navigate, filter],
  );
  const pick = useCallback(
    (index: number) => {
      if (index < 0 && look !== undefined) {
        pickOne(looked); // Esc closes the panel first; the row stays the current one
        put(undefined);
        return;
      }
      pickOne(index);
      const vin = rows[index]?.vehicle.vin;
      if (look !== undefined && vin !== undefined && vin !== look) put(vin);
    },
    [rows, look, looked, put, pickOne],
  );
  const lookAt = useCallback(
    (index: number) => {
      pickOne(index);
      const vin = rows[index]?.vehicle.vin;
      if (vin === undefined || vin === look) return;
      if (narrow) open(vin);
      else put(vin);
    },
    [rows, look, narrow, open, put, pickOne],
  );
  return {
    look,
    current,
    /** Makes a row the current one; an open panel goes along. */
    pick,
    /** Looks at a row: beside the list, or on its page. */
    lookAt,
    /** Opens the page of the current row. */
    open: () => {
      const vin = look ?? rows[current]?.vehicle.vin;
      if (vin !== undefined) open(vin);
    },
    /** Closes the panel; the row stays the current one. */
    close: () => pick(-1),
  };
}
