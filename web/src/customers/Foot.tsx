import { count } from '../format/number';
import type { Window } from './useRows';

/** Which rows are on screen, and what keys do. */
export function Foot({ window, total, may }: { window: Window; total: number | undefined; may: boolean }) {
  const hints: [keys: string[], does: string][] = [
    [['j', 'k'], 'move'],
    [['Enter'], 'vehicles'],
    ...(may
      ? ([
          [['i'], 'edit'],
          [['n'], 'register'],
        ] satisfies [string[], string][])
      : []),
    [['e'], 'export'],
    [['/'], 'search'],
  ];
  return (
    <div className="foot">
      <span className="num">{total ? `${count(window.first + 1)}–${count(window.last)} of ${count(total)}` : ''}</span>
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
