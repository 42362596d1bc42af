import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useCallback, useState } from 'react';
import type { Filter } from '../filter/filter';
import { useKeys } from '../shell/keys';
import type { Window } from './List';
import type { Row } from './list';

interface Picked {
  vin: string;
  index: number;
}
const leftKey = (filter: Filter) => ['vehicles', 'current', filter] as const;

/**
 * The current row. It is a vehicle, not a place: it stays current in another order. Where it is not any more, the row in its
 * place is; under another filter none. Who comes back from its page finds it again.
 */
export function useCurrent(rows: readonly Row[], filter: Filter): [current: number, pick: (index: number) => void] {
  const queries = useQueryClient();
  const [picked, setPicked] = useState(() => {
    const left = queries.getQueryData<Picked>(leftKey(filter));
    return left && { ...left, filter };
  });
  const found = picked ? rows.findIndex(({ vehicle }) => vehicle.vin === picked.vin) : -1;
  const instead = picked && picked.filter === filter ? Math.min(picked.index, rows.length - 1) : -1;
  const pick = useCallback(
    (index: number) => {
      const vin = rows[index]?.vehicle.vin;
      setPicked(vin === undefined ? undefined : { vin, index, filter });
      if (vin === undefined) queries.removeQueries({ queryKey: leftKey(filter), exact: true });
      else queries.setQueryData<Picked>(leftKey(filter), { vin, index });
    },
    [queries, rows, filter],
  );
  return [found >= 0 ? found : instead, pick];
}

/** The keys that move the current row. */
export function useMoving(
  rows: readonly Row[],
  window: Window,
  current: number,
  pick: (index: number) => void,
  scroller: RefObject<HTMLDivElement | null>,
  looking: boolean,
): void {
  const screen = Math.max(1, window.last - window.first - 1);
  const to = (index: number) => pick(Math.max(0, Math.min(rows.length - 1, index)));
  // Without a current row, keys begin at what is looked at.
  const step = (by: number) => () => to(current < 0 ? window.first : current + by);
  useKeys('rows', {
    next: step(1),
    previous: step(-1),
    below: step(screen),
    above: step(-screen),
    first: () => to(0),
    last: () => {
      to(rows.length - 1);
      scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
    },
    leave: () => {
      pick(-1);
      // With a panel, Esc closes that, and the row is where one goes on.
      if (!looking && document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
  });
}
