import { count } from '../format/number';
import { Foot, type Hint } from '../parts/Foot';
import type { Window } from './List';

const hints: readonly Hint[] = [
  [['j', 'k'], 'move'],
  [['Enter'], 'look'],
  [['o'], 'open'],
  [['1', '2', '3'], 'status'],
  [['e'], 'export'],
  [['/'], 'search'],
];

/** Which rows are on screen, and what keys do. */
export function VehiclesFoot({
  window,
  total,
  failed,
}: {
  window: Window;
  total: number | undefined;
  failed: string | undefined;
}) {
  return (
    <Foot hints={hints}>
      {failed ?? (total ? `${count(window.first + 1)}–${count(window.last)} of ${count(total)}` : '')}
    </Foot>
  );
}
