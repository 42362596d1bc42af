/** What somebody who types waits for: the first row, and how many there are. */
export interface Sight {
  vin: string;
  total: number;
}

interface Watching extends Window {
  seen?: Promise<number>;
}

/**
 * Begins to watch the page: `seen` of its window becomes how many milliseconds after the next key the rows are painted that
 * were waited for. It runs in the page, so that neither WebDriver nor its polling is measured.
 */
export function watch(sight: Sight): void {
  (window as Watching).seen = new Promise((resolve) => {
    let pressed: number | undefined;
    const shows = () => {
      const table = document.querySelector('[role=table][aria-label=Vehicles]');
      const first = table?.querySelector('[role=row][aria-rowindex="2"]');
      return table?.getAttribute('aria-rowcount') === String(sight.total + 1) && first?.textContent.includes(sight.vin);
    };
    const check = () => {
      if (pressed === undefined || !shows()) return;
      const began = pressed;
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - began)); // the frame that shows it
    };
    const observer = new MutationObserver(check);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    document.addEventListener('keydown', (event) => (pressed ??= event.timeStamp), { capture: true, once: true });
  });
}

/** Resolves once what was watched for has been seen. It runs in the page. */
export function seen(): Promise<number> {
  return (window as Watching).seen ?? Promise.reject(new Error('nothing is watched for'));
}

/** The value below which a share of all values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
