import { useCallback, useState } from 'react';

/**
 * The width of an element in whole pixels, and the ref to give it. `first` counts until it is laid out: diagrams are drawn to
 * whole pixels, because lines between two pixels blur.
 */
export function useWidth(
  first: number,
): [ref: (element: HTMLElement | null) => (() => void) | undefined, width: number] {
  const [width, setWidth] = useState(first);
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null || typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(([entry]) => {
      const is = Math.floor(entry?.contentRect.width ?? 0);
      if (is > 0) setWidth(is);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
