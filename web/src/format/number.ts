const grouped = new Intl.NumberFormat('en-GB');

/** 12,480; "at least" numbers get a plus: 10,000+. */
export function count(n: number, atLeast = false): string {
  return grouped.format(n) + (atLeast ? '+' : '');
}

/** A share of a whole in per cent, – of nothing. A part never rounds to none or to all: 99.96 of 100 is 99.9 %. */
export function share(part: number, whole: number, digits: 1 | 2 = 1): string {
  if (whole <= 0) return '–';
  const step = 10 ** -digits;
  let percent = Number(((100 * part) / whole).toFixed(digits));
  if (part > 0) percent = Math.max(percent, step);
  if (part < whole) percent = Math.min(percent, 100 - step);
  return `${percent.toFixed(digits)} %`;
}

/** 59.1955 N, 17.6253 E: four digits are 11 m, nearer than a position of a vehicle is known. */
export function position(lat: number, lon: number): string {
  return `${Math.abs(lat).toFixed(4)} ${lat < 0 ? 'S' : 'N'}, ${Math.abs(lon).toFixed(4)} ${lon < 0 ? 'W' : 'E'}`;
}

/** One vehicle, 12,480 vehicles. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
