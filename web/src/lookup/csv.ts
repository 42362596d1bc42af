import type { LookedUp } from '../api/client';

const columns = [
  'pasted',
  'vin',
  'registration_number',
  'customer',
  'status',
  'since',
  'last_heartbeat',
  'deadline',
  'lat',
  'lon',
  'location_at',
  'timeout_seconds',
  'as_of',
];

/**
 * What was looked up as CSV, as the service's own exports are: RFC 4180 with the byte-order mark that spreadsheets need, and
 * no text that one would take for a formula. Unknown names have a line with nothing but themselves.
 */
export function csvOf(items: readonly LookedUp[], asOf: string): string {
  const lines = items.flatMap(({ text, vehicles }) => {
    if (vehicles.length === 0) return [[guarded(text)]];
    return vehicles.map((v) => [
      guarded(text),
      v.vin,
      guarded(v.registrationNumber),
      guarded(v.customer.name),
      v.status,
      v.since,
      v.lastHeartbeat,
      v.deadline,
      v.location?.lat,
      v.location?.lon,
      v.location?.at,
      v.timeoutSeconds,
      asOf,
    ]);
  });
  return `\ufeff${[columns, ...lines].map((cells) => columns.map((_, i) => quoted(cells[i])).join(',')).join('\r\n')}\r\n`;
}

/** A text that people gave, made harmless: a spreadsheet would carry out one that begins like a formula. */
function guarded(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
}

function quoted(cell: string | number | undefined): string {
  const text = cell === undefined ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
