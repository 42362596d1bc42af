import type { Status } from '../api/client';

/** One part of a share bar, in whole pixels. */
export interface Part {
  status: Status;
  x: number;
  width: number;
}

const order = ['connected', 'disconnected', 'never_seen'] as const satisfies readonly Status[];
const whole = 144;
const gap = 2;
/** A single vehicle of thousands would be thinner than a pixel, and be overlooked. */
const least = 4;

/** Where the parts of a share bar lie: none without vehicles, each that is not empty at least 4 wide, all of the width used. */
export function shareParts(counts: Readonly<Record<Status, number>>): Part[] {
  const present = order.filter((status) => counts[status] > 0);
  const total = present.reduce((sum, status) => sum + counts[status], 0);
  const room = whole - gap * (present.length - 1);
  const widths = present.map((status) => Math.max(least, Math.round((counts[status] / total) * room)));
  const widest = widths.indexOf(Math.max(...widths));
  const over = widths.reduce((sum, width) => sum + width, 0) - room;
  let x = 0;
  return present.map((status, i) => {
    const width = (widths[i] ?? least) - (i === widest ? over : 0);
    const part = { status, x, width };
    x += width + gap;
    return part;
  });
}
