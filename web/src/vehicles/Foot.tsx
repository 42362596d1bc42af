import { count } from '../format/number';
import type { Window } from './List';

/** Which rows are on screen, and what keys do. */
export function Foot({
  window,
  total,
  failed,
}: {
  window: Window;
  total: number | undefined;
  failed: string | undefined;
}) {
  const hints: [string[], string][] = [
    [['j', 'k'], 'move'],
    [['Enter'], 'look'],
    [['o'], 'open'],
    [['1', '2', '3'], 'status'],
    [['e'], 'export'],
    [['/'], 'search'],
  ];
  return (
    <div className="foot">
      <span className="num">
        {failed ?? (total ? `${count(window.first + 1)}–${count(window.last)} of ${count(total)}` : '')}
      </span>
      <span className="hints" aria-hidden="true">
        {hints.map(([keys, does]) => (
          <span key={does}>
            {keys.map((key) => (
              <span key={key} className="kbd">
                {key}
              </span>
            ))}{' '}
            {does}
          </span>
        ))}
      </span>
    </div>
  );
}
