import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useKeys } from '../shell/keys';
import type { Filter } from './filter';
import type { Change } from './useFilter';

/** How long typing has to pause before it is searched for. */
const pause = 120;

/** The one search field. What is typed shows at once, is searched for at the next pause, and follows Back. */
export function Search({ filter, change }: { filter: Filter; change: Change }) {
  const value = filter.q ?? '';
  const input = useRef<HTMLInputElement>(null);
  useKeys('search', { search: () => input.current?.focus() });
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  if (told !== value) {
    setTold(value);
    if (typed.trim() !== value) setTyped(value); // the address changed by other means: Back, a pill, a link
  }
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = setTimeout(() => change({ q: typed.trim() }), pause);
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
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
        autoComplete="off"
        spellCheck={false}
      />
      <span className="kbd" aria-hidden="true">
        /
      </span>
    </div>
  );
}
