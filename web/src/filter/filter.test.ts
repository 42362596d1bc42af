import { describe, expect, it } from 'vitest';
import { type Filter, ladder, parseSearch, partsOf, stringifySearch, toggled, totalOf, validFilter } from './filter';

describe('a filter in the URL', () => {
  it.each<[string, Filter]>([
    ['', {}],
    ['?status=disconnected&silentFor=5m', { status: ['disconnected'], silentFor: '5m' }],
    ['?status=never_seen,connected', { status: ['connected', 'never_seen'] }],
    ['?q=johans+bulk&sort=-since', { q: 'johans bulk', sort: '-since' }],
    ['?customer=C1,C2', { customer: ['C1', 'C2'] }],
    ['?q=a%2Cb', { q: 'a,b' }],
  ])('%s means the same there and back', (search, filter) => {
    expect(validFilter(parseSearch(search))).toEqual(filter);
    expect(validFilter(parseSearch(stringifySearch({ ...filter })))).toEqual(filter);
  });

  it.each([
    '?status=broken&silentFor=2h&sort=colour&q=++&customer=,',
    '?status=connected,disconnected,never_seen',
    '?sort=status',
    '?unknown=1',
  ])('%s is no filter, and no error', (search) => expect(validFilter(parseSearch(search))).toEqual({}));

  it('may repeat a name, as other pages write it', () =>
    expect(validFilter(parseSearch('?status=connected&status=disconnected')).status).toEqual([
      'disconnected',
      'connected',
    ]));

  it('stays readable in a ticket', () =>
    expect(stringifySearch({ status: ['disconnected', 'connected'], q: 'åkeri' })).toBe(
      '?status=disconnected,connected&q=%C3%A5keri',
    ));

  it('is bounded, whatever is pasted', () => {
    expect(validFilter({ q: 'x'.repeat(5000) }).q).toHaveLength(100);
    expect(validFilter({ customer: Array.from({ length: 900 }, (_, i) => `C${i}`).join(',') }).customer).toHaveLength(
      50,
    );
  });
});

describe('parts of a filter', () => {
  it('are counted without the order', () => expect(partsOf({ q: 'a', status: ['connected'], sort: 'vin' })).toBe(2));
  it('are put in and taken out', () => {
    expect(toggled(undefined, 'a')).toEqual(['a']);
    expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
  });
});

describe('numbers of a list', () => {
  it('say where they are a least', () => {
    expect(totalOf({ total: 7 })).toEqual({ n: 7, atLeast: false });
    expect(totalOf({ totalAtLeast: 10_000 })).toEqual({ n: 10_000, atLeast: true });
  });
  it('of the silent add up from the longest', () =>
    expect(ladder([{ under: 300, count: 46 }, { under: 3600, count: 38 }, { count: 18 }])).toEqual([102, 56, 18]));
});
