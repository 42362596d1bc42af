/** An order of vehicles, as far as it is known. */
export interface Known {
  vins: readonly string[];
  /** Whether these are all that match; otherwise more follow. */
  whole: boolean;
  /** How many match, with those that follow; none where the service gave a least number. */
  total: number | undefined;
}

/** How a frozen order and the order of now differ: what applying would do, without doing it. */
export interface Compared {
  /** Of rows that are in both, or certainly not in the order of now: whether they match. */
  judged: ReadonlyMap<string, boolean>;
  /** Rows that are not where they were: they match no longer, or have gone to beyond what is known of now. */
  unsure: readonly string[];
  /** Vehicles of now that would be among the rows and are not. */
  fresh: number;
  /** Rows in both orders that belong elsewhere: the least number that has to move to get from one to the other. */
  moved: number;
}

/**
 * Compares a frozen order with the one of now. Both may be beginnings of longer lists: what has come into sight or out of it at
 * the end alone, because rows before it went or came, is no change.
 */
export function compared(frozen: Known, now: Known): Compared {
  const then = new Set(frozen.vins);
  const place = new Map(now.vins.map((vin, i) => [vin, i]));
  const both = frozen.vins.filter((vin) => place.has(vin));
  const places = both.map((vin) => place.get(vin) ?? 0);
  const lastThen = both.length > 0 ? frozen.vins.lastIndexOf(both.at(-1) ?? '') : frozen.vins.length;
  const lastNow = both.length > 0 ? places.reduce((a, b) => Math.max(a, b), 0) : now.vins.length;
  const missing = frozen.vins.slice(0, now.whole ? undefined : lastThen).filter((vin) => !place.has(vin));
  const judged = new Map(both.map((vin) => [vin, true]));
  if (now.whole) for (const vin of missing) judged.set(vin, false);
  const seen = now.vins.slice(0, frozen.whole ? undefined : lastNow).filter((vin) => !then.has(vin)).length;
  const kept = frozen.vins.length - missing.length;
  const counted = frozen.whole && !now.whole && now.total !== undefined ? Math.max(seen, now.total - kept) : seen;
  return { judged, unsure: now.whole ? [] : missing, fresh: counted, moved: both.length - longestRise(places) };
}

/** The length of the longest part of a list, with gaps, whose numbers rise: the rest is out of order. */
function longestRise(numbers: readonly number[]): number {
  const ends: number[] = []; // ends[n]: the least number that a rise of n+1 ends with
  for (const number of numbers) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    ends[low] = number;
  }
  return ends.length;
}
