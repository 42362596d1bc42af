import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/client';
import {
  beyondWords,
  type Customer,
  type CustomerSearch,
  clicked,
  moved,
  presentRows,
  sorted,
  validCustomerSearch,
} from './customer';
import { secondsOf, sentence, wrongOf } from './form';

const customer = (id: string, disconnected = 0, more: Partial<Customer> = {}): Customer => ({
  id,
  name: id,
  counts: { connected: 5, disconnected, never_seen: 0 },
  ...more,
});

describe('the address of the list of customers', () => {
  it.each<[Record<string, unknown>, CustomerSearch]>([
    [{}, {}],
    [
      { q: ' johans ', sort: 'name' },
      { q: 'johans', sort: 'name' },
    ],
    [{ sort: '-beyond' }, {}],
    [{ sort: '-longest' }, { sort: '-longest' }],
    [{ sort: 'colour', q: '  ', status: 'connected' }, {}],
    [{ q: 7, sort: ['name'] }, {}],
    [{ q: 'x'.repeat(500) }, { q: 'x'.repeat(100) }],
  ])('%o means %o', (asked, meant) => expect(validCustomerSearch(asked)).toEqual(meant));
});

describe('a click at a column', () => {
  it.each([
    ['name', '-beyond', 'name'],
    ['name', 'name', '-name'],
    ['beyond', 'name', '-beyond'],
    ['beyond', '-beyond', 'beyond'],
    ['longest', '-beyond', 'longest'],
    ['connected', '-connected', 'connected'],
  ] as const)('%s orders %s by %s', (by, now, then) => expect(clicked(by, now)).toBe(then));

  it('says that the longest is above where the earliest moment is', () => {
    expect(sorted('longest', 'longest')).toBe('descending');
    expect(sorted('longest', '-longest')).toBe('ascending');
    expect(sorted('beyond', '-beyond')).toBe('descending');
    expect(sorted('name', '-beyond')).toBe('none');
  });
});

describe('beyond usual', () => {
  it.each([
    [customer('A', 29, { usual: { lo: 2, hi: 5 }, beyond: 24 }), '+24', '29 disconnected; usually 2–5 at this hour.'],
    [customer('A', 2, { usual: { lo: 2, hi: 2 }, beyond: 0 }), 'within', '2 disconnected; usually 2 at this hour.'],
    [customer('A', 2), '–', 'What is usual is known after three days.'],
  ])('is told in words', (of, word, inFull) => expect(beyondWords(of)).toEqual({ word, sentence: inFull }));
});

describe('rows', () => {
  const order = [customer('A'), customer('B')];
  it('keep their order and show their present numbers', () => {
    const rows = presentRows(order, new Map([['B', customer('B', 3)]]));
    expect(rows.map(({ id, counts }) => [id, counts.disconnected])).toEqual([
      ['A', 0],
      ['B', 3],
    ]);
  });
  it('have moved where a page has others, fewer, or another order', () => {
    expect(moved(order, [customer('A', 9), customer('B')])).toBe(false);
    expect(moved(order, [customer('B'), customer('A')])).toBe(true);
    expect(moved(order, [customer('A')])).toBe(true);
  });
});

describe('what is wrong with a form', () => {
  const refused = (errors?: { location: string; message: string }[]) =>
    new ApiError({ type: '', title: '', status: 422, detail: 'several fields are wrong', ...(errors && { errors }) });

  it('stands at its fields', () => {
    const wrong = wrongOf(refused([{ location: 'name', message: 'must not be empty' }]), ['name', 'address']);
    expect(wrong).toEqual({ fields: { name: 'Must not be empty.' }, all: undefined });
  });
  it('is never left out, whatever it is about', () => {
    expect(wrongOf(refused([{ location: 'colour', message: 'is unknown' }]), ['name']).all).toBe('Colour: is unknown.');
    expect(wrongOf(refused(), ['name']).all).toBe('Several fields are wrong.');
    expect(wrongOf(new TypeError('failed'), ['name']).all).toMatch(/^The server did not answer/);
  });
  it('is told in sentences', () => expect(sentence('it was so!')).toBe('It was so!'));
  it.each([
    ['', null],
    [' 90 ', 90],
    ['0', 0],
    ['-1', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['soon', undefined],
  ])('seconds typed as %j are %s', (typed, seconds) => expect(secondsOf(typed)).toBe(seconds));
});
