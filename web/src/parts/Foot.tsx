import type { ReactNode } from 'react';
import './parts.css';

/** A key, or several of one kind, with what they do. */
export type Hint = readonly [keys: readonly string[], does: string];

/** The foot of a list: what is shown of it, and what keys do. `said` has a screen reader told what changes there. */
export function Foot({ children, hints, said }: { children: ReactNode; hints: readonly Hint[]; said?: boolean }) {
  return (
    <div className="foot">
      <span className="num" role={said ? 'status' : undefined}>
        {children}
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
