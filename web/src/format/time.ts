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

/** A moment to the second, with its day apart where that is not today, for columns in which days repeat. */
export function dayAndTime(iso: string, now: Date, zone: Zone): { day: string | undefined; time: string } {
  const at = parts(new Date(iso), zone);
  const today = parts(now, zone);
  const time = `${two(at.h)}:${two(at.m)}:${two(at.s)}`;
  if (at.y === today.y && at.mo === today.mo && at.d === today.d) return { day: undefined, time };
  return { day: `${at.d} ${months[at.mo]}${at.y === today.y ? '' : ` ${at.y}`}`, time };
}

/** A day: 18 Nov, with its year where that is another, or where `year` wants it always. */
export function day(iso: string, now: Date, zone: Zone, year = false): string {
  const at = parts(new Date(iso), zone);
  return `${at.d} ${months[at.mo]}${!year && at.y === parts(now, zone).y ? '' : ` ${at.y}`}`;
}

/** A moment to the second with its day and year: 21 Nov 2026 14:03:41. It is read elsewhere and later. */
export function inFull(iso: string, zone: Zone): string {
  const p = parts(new Date(iso), zone);
  return `${p.d} ${months[p.mo]} ${p.y} ${two(p.h)}:${two(p.m)}:${two(p.s)}`;
}

/** A moment to the second in both zones, for a tooltip: what a ticket needs, whoever reads it. */
export function exactly(iso: string): string {
  return `${inFull(iso, 'utc')} UTC\n${inFull(iso, 'local')} here`;
}

/** The seconds from a moment to now. */
export function secondsSince(iso: string, now: number): number {
  return (now - Date.parse(iso)) / 1000;
}
