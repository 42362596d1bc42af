/** The zone that times are shown in: UTC, or the browser's own. It is named once a view. */
export type Zone = 'utc' | 'local';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (n: number) => String(n).padStart(2, '0');

function parts(at: Date, zone: Zone) {
  return zone === 'utc'
    ? {
        y: at.getUTCFullYear(),
        mo: at.getUTCMonth(),
        d: at.getUTCDate(),
        h: at.getUTCHours(),
        m: at.getUTCMinutes(),
        s: at.getUTCSeconds(),
      }
    : {
        y: at.getFullYear(),
        mo: at.getMonth(),
        d: at.getDate(),
        h: at.getHours(),
        m: at.getMinutes(),
        s: at.getSeconds(),
      };
}

/** A moment as people read it: today 14:03:41, else 19 Nov 06:12, in other years 19 Nov 2025 06:12. None: –. */
export function moment(iso: string | undefined, now: Date, zone: Zone): string {
  if (iso === undefined) return '–';
  const at = parts(new Date(iso), zone);
  const today = parts(now, zone);
  if (at.y === today.y && at.mo === today.mo && at.d === today.d) return `${two(at.h)}:${two(at.m)}:${two(at.s)}`;
  const year = at.y === today.y ? '' : ` ${at.y}`;
  return `${at.d} ${months[at.mo]}${year} ${two(at.h)}:${two(at.m)}`;
}

/** A moment to the second in both zones, for a tooltip: what a ticket needs, whoever reads it. */
export function exactly(iso: string): string {
  const at = new Date(iso);
  const write = (zone: Zone) => {
    const p = parts(at, zone);
    return `${p.d} ${months[p.mo]} ${p.y} ${two(p.h)}:${two(p.m)}:${two(p.s)}`;
  };
  return `${write('utc')} UTC\n${write('local')} here`;
}

/** The seconds from a moment to now. */
export function secondsSince(iso: string, now: number): number {
  return (now - Date.parse(iso)) / 1000;
}
