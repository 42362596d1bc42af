import { describe, expect, it } from 'vitest';
import { compared, type Known } from './drift';

const all = (vins: string): Known => ({ vins: vins.split(''), whole: true, total: vins.length });
const begins = (vins: string, total: number): Known => ({ vins: vins.split(''), whole: false, total });

describe('a frozen order against the one of now', () => {
  it.each<[what: string, Known, Known, { gone?: string; unsure?: string; fresh?: number; moved?: number }]>([
    ['nothing where both are the same', all('abcd'), all('abcd'), {}],
    ['a row that matches no longer', all('abcd'), all('acd'), { gone: 'b' }],
    ['a vehicle that is new, also at the end', all('abcd'), all('xabcdy'), { fresh: 2 }],
    ['both at once', all('abcd'), all('acdx'), { gone: 'b', fresh: 1 }],
    ['the one row that has moved, not those that it passed', all('abcd'), all('bcda'), { moved: 1 }],
    ['an order turned round', all('abcd'), all('dcba'), { moved: 3 }],
    ['none left', all('ab'), all(''), { gone: 'ab' }],
    ['the first', all(''), all('ab'), { fresh: 2 }],
    ['nothing that lies beyond what is loaded', begins('abcd', 9), begins('abcd', 12), {}],
    ['not what comes into sight at the end', begins('abcd', 9), begins('acde', 8), { unsure: 'b' }],
    ['not what is pushed out at the end', begins('abcd', 9), begins('xabc', 10), { fresh: 1 }],
    ['not what lies beyond those that are watched', all('abcdef'), begins('abcd', 6), {}],
    ['by the numbers what is new beyond those that are watched', all('abcdef'), begins('abcd', 8), { fresh: 2 }],
    ['everything where nothing is left of the beginning', begins('ab', 9), begins('xy', 9), { unsure: 'ab', fresh: 2 }],
    ['all there is by now', begins('abcd', 9), all('acd'), { gone: 'b' }],
  ])('finds %s', (_, frozen, now, { gone = '', unsure = '', fresh = 0, moved = 0 }) => {
    const found = compared(frozen, now);
    expect([...found.judged].filter(([, matches]) => !matches).map(([vin]) => vin)).toEqual(gone.split(''));
    expect(found.unsure).toEqual(unsure.split(''));
    expect([found.fresh, found.moved]).toEqual([fresh, moved]);
  });

  it('knows that what is in both matches', () =>
    expect(compared(all('ab'), all('ba')).judged).toEqual(
      new Map([
        ['a', true],
        ['b', true],
      ]),
    ));
});
