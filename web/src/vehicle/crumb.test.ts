import { describe, expect, it } from 'vitest';
import { crumbOf } from './crumb';

const owner = { id: 'C', name: 'Johans Bulk AB' };

describe('a filter as it is said', () => {
  it.each([
    [{}, ''],
    [{ status: ['disconnected'], silentFor: '5m' }, 'Disconnected, silent for more than 5 min'],
    [{ silentFor: '7d' }, 'Silent for more than 7 d'],
    [{ q: 'abc' }, '“abc”'],
    [{ customer: ['C'] }, 'Johans Bulk AB'],
    [{ customer: ['C', 'D', 'E'] }, 'Johans Bulk AB and 2 more'],
    [{ customer: ['D'] }, '1 customer'],
    [{ sort: '-since' }, ''],
  ] as const)('%j is “%s”', (filter, words) => {
    expect(crumbOf(structuredClone(filter) as Parameters<typeof crumbOf>[0], owner)).toBe(words);
  });
});
