import { describe, expect, it } from 'vitest';
import { has, needleOf, plateHas } from './fold';

describe('a text that is searched for', () => {
  it.each([
    ['abc123', 'ABC 123'],
    ['abc-123', 'ABC123'],
    ['A.B c1', 'abc-123'],
    ['c 1', 'ABC123'],
    [' 12', 'ABC 123'],
    ['åb1', 'A\u030AB-1'],
    ['a\u030A b', 'ÅB 1'],
    ['\u1161', '\u1100-\u1161'],
    ['가', '\u1100-\u1161'],
    ['!', '!?'],
    ['', 'ABC 123'],
  ])('%j finds the plate %j', (typed, plate) => {
    expect(plateHas(plate, needleOf(typed))).toBe(true);
  });

  it.each([
    ['abc124', 'ABC 123'],
    ['--', 'ABC-123'],
    ['%', 'ABC 123'],
    ['a1', 'Å 1'],
    ['!', 'ABC 123'],
    ['a', '!?'],
  ])('%j does not find the plate %j', (typed, plate) => {
    expect(plateHas(plate, needleOf(typed))).toBe(false);
  });

  it('is a part of another text only as it stands there, in any case', () => {
    expect(has('Åkeri & Söner', needleOf('åKERI &'.normalize('NFD')))).toBe(true);
    expect(has('Åkeri & Söner', needleOf('åkerisöner'))).toBe(false);
  });
});
