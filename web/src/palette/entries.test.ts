import { describe, expect, it } from 'vitest';
import { chosen, type Entry, matching, stepped } from './entries';

const entry = (name: string, also?: string): Entry => ({ id: name, name, ...(also && { also }) });
const groups = [{ name: 'Actions', entries: [entry('Import a CSV', 'upload'), entry('Åkeri'), entry('Dark theme')] }];
const names = (typed: string) => matching(groups, typed)[0]?.entries.map(({ name }) => name);

describe('entries', () => {
  it.each([
    ['', ['Import a CSV', 'Åkeri', 'Dark theme']],
    ['csv imp', ['Import a CSV']],
    ['UPLOAD', ['Import a CSV']],
    ['åk', ['Åkeri']],
    ['ort', []],
  ])('typed %s finds %s', (typed, found) => expect(names(typed)).toEqual(found));

  it('are stepped through round both ends', () => {
    const [a, b] = [entry('a'), entry('b')];
    expect([stepped([a, b], a, 1), stepped([a, b], b, 1), stepped([a, b], a, -1)]).toEqual(['b', 'a', 'b']);
    expect(stepped([], undefined, 1)).toBe('');
  });

  it('fall back to the first where the chosen one is found no more', () => {
    expect(chosen([entry('a')], 'b')?.id).toBe('a');
    expect(chosen([], 'b')).toBeUndefined();
  });
});
