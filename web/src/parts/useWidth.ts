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
    if (element === null) return undefined;
    const measure = () => {
      const is = Math.floor(element.clientWidth);
      if (is > 0) setWidth(is);
    };
    measure(); // before the first paint, so that nothing jumps
    if (typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
