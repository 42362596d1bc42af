import { type Filter, validFilter } from '../filter/filter';

/** How far back a vehicle's contact is looked at: so many bars of so many minutes, half as many on a telephone. */
export const ranges = [
  { value: '1h', words: '1 h', bars: 60, barMinutes: 1 },
  { value: '24h', words: '24 h', bars: 96, barMinutes: 15 },
  { value: '7d', words: '7 d', bars: 84, barMinutes: 120 },
  { value: '30d', words: '30 d', bars: 90, barMinutes: 480 },
] as const;
export type Range = (typeof ranges)[number];

/** What the address of a vehicle holds beside its VIN: the filter of the list that it was opened from, and the range. */
export interface VehicleSearch extends Filter {
  range?: Range['value'];
}

/** The search of a vehicle's address; what nobody could have meant is left out. The usual range is not written. */
export function validRange(search: Record<string, unknown>): VehicleSearch {
  const found: VehicleSearch = validFilter(search);
  const range = ranges.find(({ value }) => value === search['range']);
  if (range && range.value !== '24h') found.range = range.value;
  return found;
}

/** The range that an address asks for. */
export function rangeOf({ range }: VehicleSearch): Range {
  return ranges.find(({ value }) => value === range) ?? ranges[1];
}
