import { useEffect } from 'react';

/** Names the tab after the screen that is shown. */
export function usePageTitle(name: string): void {
  useEffect(() => {
    document.title = `${name} · Fleetbeat`;
  }, [name]);
}
