import { useState } from 'react';

/** What holds still: spread it on the element. */
export interface Held {
  onPointerEnter: () => void;
  onPointerLeave: () => void;
  onFocus: () => void;
  onBlur: () => void;
}

/**
 * A value that stands still while its element is pointed at or holds focus, and is the present one else. Another `key` is
 * another question: its answer is shown at once.
 */
export function useHeld<T>(value: T | undefined, key: string): [T | undefined, Held] {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const [kept, setKept] = useState({ value, key });
  const still = (pointed || focused) && kept.key === key && kept.value !== undefined;
  if (!still && (kept.value !== value || kept.key !== key)) setKept({ value, key });
  return [
    still ? kept.value : value,
    {
      onPointerEnter: () => setPointed(true),
      onPointerLeave: () => setPointed(false),
      onFocus: () => setFocused(true),
      onBlur: () => setFocused(false),
    },
  ];
}
