import { describe, expect, it } from 'vitest';
import { vehicle } from '../test/screen';
import { csvOf } from './csv';

const lines = (...items: Parameters<typeof csvOf>[0]) => csvOf(items, 'T').slice(1).split('\r\n').slice(1, -1);

describe('a lookup as CSV', () => {
  it('begins with the byte-order mark and the names of the columns, and ends its lines as RFC 4180 says', () =>
    expect(csvOf([], 'T')).toBe(
      '\ufeffpasted,vin,registration_number,customer,status,since,last_heartbeat,deadline,lat,lon,location_at,timeout_seconds,as_of\r\n',
    ));

  it('has a line for each vehicle of a name, and one for a name that is unknown', () => {
    const [one, two] = [vehicle('1', 'connected'), vehicle('2', 'disconnected')];
    const written = lines({ text: 'abc', vehicles: [one, two] }, { text: 'nope', vehicles: [] });
    expect(written.map((line) => line.split(',').slice(0, 2))).toEqual([
      ['abc', one.vin],
      ['abc', two.vin],
      ['nope', ''],
    ]);
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['@x', "'@x"],
    ['－1', "'－1"],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['+a,"', `"'+a,"""`],
  ])('makes %s harmless and keeps it one cell: %s', (text, cell) =>
    expect(lines({ text, vehicles: [] })[0]?.startsWith(`${cell},`)).toBe(true),
  );
});
