import { useLocation } from '@tanstack/react-router';
import { type RefObject, useEffect, useRef } from 'react';

/**
 * Moves focus to the content when another screen has come: it would stay on the link, and the next Tab would lead through
 * the header again. A filter or a panel in the address is no other screen.
 */
export function useArrival(): RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const path = useLocation({ select: ({ pathname }) => pathname });
  const was = useRef(path);
  useEffect(() => {
    if (was.current === path) return;
    was.current = path;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}
