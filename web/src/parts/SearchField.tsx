import { IconSearch } from '@tabler/icons-react';
import { type RefObject, useEffect, useState } from 'react';
import '../filter/filter.css';

/** How long typing has to pause before it is searched for. */
const pause = 120;

interface Props {
  /** What is searched for, as the address says. */
  value: string;
  change: (value: string) => void;
  label: string;
  /** The input, for the key that leads to it: `/`, in the keymap of the screen. */
  input: RefObject<HTMLInputElement | null>;
  placeholder: string;
}

/** A search field. What is typed shows at once, is searched for at the next pause, and follows Back. */
export function SearchField({ value, change, label, placeholder, input }: Props) {
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  if (told !== value) {
    setTold(value);
    if (typed.trim() !== value) setTyped(value); // the address changed by other means: Back, a button, a link
  }
  useEffect(() => {
    if (typed.trim() === value) return undefined;
    const timer = setTimeout(() => change(typed.trim()), pause);
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
