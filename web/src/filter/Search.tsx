import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useKeys } from '../shell/keys';
import type { Filter } from './filter';
import type { Change } from './useFilter';

/**
 * The first letter after a rest is searched for at once, others at most this often, in milliseconds: what is asked for
 * meanwhile is cancelled, and the budget from a key to rows is 150.
 */
const pause = 40;

/** The one search field. What is typed shows at once, is searched for right away, and follows Back. */
export function Search({ filter, change }: { filter: Filter; change: Change }) {
  const value = filter.q ?? '';
  const input = useRef<HTMLInputElement>(null);
  const searched = useRef(-pause);
  useKeys({ '/': () => input.current?.focus() });
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  if (told !== value) {
    setTold(value);
    if (typed.trim() !== value) setTyped(value); // the address changed by other means: Back, a pill, a link
  }
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const search = () => {
      searched.current = performance.now();
      change({ q: typed.trim() });
    };
    const timer = setTimeout(search, Math.max(0, searched.current + pause - performance.now()));
    return () => clearTimeout(timer);
  }, [typed, value, change]);
  return (
    <div className="search">
      <IconSearch size={16} stroke={1.75} />
      <input
        ref={input}
        type="search"
        placeholder="VIN, plate or customer"
        aria-label="Search by VIN, plate or customer"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault(); // the browser would empty the field: what was searched for stays, to go on to its rows
          event.currentTarget.blur();
        }}
        autoComplete="off"
        spellCheck={false}
      />
      <span className="kbd" aria-hidden="true">
        /
      </span>
    </div>
  );
}
