/** Knows as of when the newest answer of the service was, by this browser's clock, which may be wrong: only ages count. */
export interface Freshness {
  /** Takes how old an answer was when it came. */
  saw: (answer: { asOf: string; lagMs: number }) => void;
  /** The newest answer; none before there is one. */
  newest: () => Newest | undefined;
}

/** The moment that data on the page is of, by the service's clock and in milliseconds of this browser's, and how old it was when it came. */
export interface Newest {
  asOf: string;
  at: number;
  lagMs: number;
}

/** Makes a Freshness with a clock, in milliseconds. */
export function newFreshness(now: () => number): Freshness {
  let newest: Newest | undefined;
  return {
    saw({ asOf, lagMs }) {
      const at = now() - lagMs;
      if (newest === undefined || at >= newest.at) newest = { asOf, at, lagMs };
    },
    newest: () => newest,
  };
}
