import { count } from '../format/number';
import { Foot, type Hint } from '../parts/Foot';
import type { Window } from './useRows';

/** Which rows are on screen, and what keys do. */
export function CustomersFoot({ window, total, may }: { window: Window; total: number | undefined; may: boolean }) {
  const hints: Hint[] = [
    [['j', 'k'], 'move'],
    [['Enter'], 'vehicles'],
    ...(may
      ? ([
          [['i'], 'edit'],
          [['n'], 'register'],
        ] satisfies Hint[])
      : []),
    [['e'], 'export'],
    [['/'], 'search'],
  ];
  return (
    <Foot hints={hints}>{total ? `${count(window.first + 1)}–${count(window.last)} of ${count(total)}` : ''}</Foot>
  );
}
