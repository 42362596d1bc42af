import { duration } from '../format/duration';

/** A time that something lasted, in seconds, in words; one that is none is –, unless it is known to have been, though shorter than a second. */
export function lengthOf(seconds: number | undefined, was = false): string {
  if (seconds !== undefined && seconds >= 1) return duration(seconds, true);
  return was || (seconds ?? 0) > 0 ? 'under 1 s' : '–';
}
