import { useMemo } from 'react';
import type { Vehicle } from '../api/client';
import type { Filter } from '../filter/filter';
import { type Compared, compared } from './drift';
import { knownOf, pageSize, vehiclesOf } from './list';
import { type Pages, useOrderNow, useStillMatching } from './useVehicles';

interface Drifted {
  judged: ReadonlyMap<string, boolean>;
  fresh: number;
  moved: number;
  /** The order of now, where it is newer than the frozen one. */
  now: Pages | undefined;
  /** What the order of now tells of its vehicles. */
  present: readonly Vehicle[];
}

const nothing: Compared = { judged: new Map(), unsure: [], fresh: 0, moved: 0 };

/** How far the frozen order is from the order of now. */
export function useDrift(filter: Filter, frozen: Pages | undefined): Drifted {
  const read = useOrderNow(filter, frozen);
  const now = newer(read, frozen) ? read : undefined;
  const differ = useMemo(
    () => (frozen && now ? compared(knownOf(frozen.pages), knownOf(now.pages)) : nothing),
    [frozen, now],
  );
  const unsure = useMemo(() => differ.unsure.slice(0, pageSize), [differ]);
  const still = useStillMatching(filter, unsure);
  return useMemo(() => {
    const judged = new Map(differ.judged);
    if (still) for (const vin of unsure) judged.set(vin, still.has(vin));
    const elsewhere = still ? unsure.filter((vin) => still.has(vin)).length : 0;
    return { judged, fresh: differ.fresh, moved: differ.moved + elsewhere, now, present: vehiclesOf(now?.pages) };
  }, [differ, unsure, still, now]);
}

function newer(read: Pages | undefined, frozen: Pages | undefined): boolean {
  const [then, now] = [frozen?.pages[0]?.asOf, read?.pages[0]?.asOf];
  return then !== undefined && now !== undefined && Date.parse(now) > Date.parse(then);
}
