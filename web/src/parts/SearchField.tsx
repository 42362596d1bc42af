import { IconSearch } from '@tabler/icons-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import '../filter/filter.css';

/**
 * The first letter after a rest is searched for at once, others at most this often, in milliseconds: what is asked for
 * meanwhile is cancelled, and the budget from a key to rows is 150.
 */
const pause = 40;

interface Props {
  /** What is searched for, as the address says. */
  value: string;
  change: (value: string) => void;
  label: string;
  placeholder: string;
  /** The input, for the key that leads to it: `/`, in the keymap of the screen. */
  input: RefObject<HTMLInputElement | null>;
}

/** A search field. What is typed shows at once, is searched for right away, and follows Back. */
export function SearchField({ value, change, label, placeholder, input }: Props) {
  const searched = useRef(-pause);
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
      change(typed.trim());
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
        placeholder={placeholder}
        aria-label={label}
        value={typed}
        maxLength={100}
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
