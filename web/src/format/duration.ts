const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** Two digits, so that a duration that ticks does not jump sideways. */
const two = (n: number) => String(n).padStart(2, '0');

/**
 * A duration in at most two units, whole seconds rounded down, never below zero: 42 s · 4 min 12 s · 46 min · 2 h 14 min ·
 * 2 d 7 h · 41 d. From ten minutes on seconds are left out, unless asked for: 46 min 48 s.
 */
export function duration(seconds: number, exact = false): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < minute) return `${s} s`;
  if (s < 10 * minute || (exact && s < hour)) return `${Math.floor(s / minute)} min ${two(s % minute)} s`;
  if (s < hour) return `${Math.floor(s / minute)} min`;
  if (s < day) return `${Math.floor(s / hour)} h ${two(Math.floor((s % hour) / minute))} min`;
  if (s < 10 * day) return `${Math.floor(s / day)} d ${Math.floor((s % day) / hour)} h`;
  return `${Math.floor(s / day)} d`;
}

/** How old data is: tenths below ten seconds, where they say "live". */
export function age(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  return ms < 10_000 ? `${(Math.floor(ms / 100) / 10).toFixed(1)} s` : duration(ms / 1000);
}

/** An interval or a grace as somebody set it, exactly: 60 s, 90 s, 5 min, 2 h. */
export function setting(seconds: number): string {
  if (seconds >= 2 * hour && seconds % hour === 0) return `${seconds / hour} h`;
  if (seconds >= 2 * minute && seconds % minute === 0) return `${seconds / minute} min`;
  return `${seconds} s`;
}
