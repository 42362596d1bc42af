import { type FocusEvent, useState } from 'react';

/** What holds still: spread it on the element. */
export interface Held {
  onPointerEnter: () => void;
  onPointerLeave: () => void;
  onFocus: () => void;
  onBlur: (event: FocusEvent) => void;
}

/**
 * A value that stands still while its element is pointed at or holds focus, and is the present one else. Another `key` is
 * another question: its answer is shown at once. The third says whether there is a newer value by now.
 */
export function useHeld<T>(value: T | undefined, key: string): [shown: T | undefined, held: Held, newer: boolean] {
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
      onBlur: ({ currentTarget, relatedTarget }) =>
        setFocused(relatedTarget instanceof Node && currentTarget.contains(relatedTarget)),
    },
    still && kept.value !== value,
  ];
}
