/** What a bullet shows. */
export interface BulletData {
  /** What is usual, where that is known. */
  usual?: { lo: number; hi: number } | undefined;
  now: number;
  /** The number at the right end: the same for all bullets of a table, or they could not be compared. */
  most: number;
}

/** A bullet in pixels. */
export interface BulletPaths {
  /** The grey box. */
  usual: string;
  /** The line from what is usual to now, where now is beyond it. */
  beyond: string;
  /** The left edge of the mark. */
  now: number;
}

/** The mark, and with it the least that one can see. */
export const markSize = 10;

/** Draws a bullet into a box. */
export function bulletPaths({ usual, now, most }: BulletData, width: number, height: number): BulletPaths {
  const room = width - markSize;
  const x = (n: number) => Math.round((n / Math.max(1, most)) * room) + markSize / 2; // the middle of a mark there
  const middle = height / 2;
  if (usual === undefined) return { usual: '', beyond: '', now: x(now) - markSize / 2 };
  const left = Math.max(0, x(usual.lo) - 3);
  const right = Math.min(width, x(usual.hi) + 3);
  return {
    usual: `M${left} ${middle - 5}H${right}V${middle + 5}H${left}Z`,
    beyond: now > usual.hi ? `M${right} ${middle}H${x(now)}` : '',
    now: x(now) - markSize / 2,
  };
}
