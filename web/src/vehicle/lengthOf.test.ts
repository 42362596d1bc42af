import { expect, it } from 'vitest';
import { lengthOf } from './lengthOf';

it.each([
  [undefined, false, '–'],
  [0, false, '–'],
  [0, true, 'under 1 s'],
  [0.4, false, 'under 1 s'],
  [1, true, '1 s'],
  [2808, true, '46 min 48 s'],
])('%s s, told that there was one: %s, is %s', (seconds, was, words) => expect(lengthOf(seconds, was)).toBe(words));
