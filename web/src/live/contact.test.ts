import { describe, expect, it, vi } from 'vitest';
import { newContact } from './contact';
import type { LiveState } from './messages';

function contact(state: LiveState = 'connecting') {
  let now = 100_000;
  let changed: () => void = () => undefined;
  const made = newContact(() => now, {
    state: () => state,
    onState: (each) => {
      changed = each;
      return () => undefined;
    },
    onChange: () => () => undefined,
  });
  return {
    made,
    after: (ms: number) => {
      now += ms;
      return made.gone();
    },
    stands: (is: LiveState) => {
      state = is;
      changed();
    },
  };
}

describe('contact with the service', () => {
  it('is lost 5 s after the stream was, not before', () => {
    const { after, stands } = contact('open');
    expect(after(60_000)).toBe(false);
    stands('lost');
    expect(after(5000)).toBe(false);
    stands('lost'); // a try that failed begins no new patience
    expect(after(1)).toBe(true);
    stands('open');
    expect(after(0)).toBe(false);
  });

  it('is there while questions are answered, whatever becomes of the stream', () => {
    const { made, after, stands } = contact('open');
    stands('lost');
    after(4000);
    made.heard();
    expect(after(4000)).toBe(false);
    expect(after(2000)).toBe(true);
  });

  it('is lost where an open stream answers nothing that is asked for 10 s', () => {
    const { made, after } = contact('open');
    made.asked();
    after(9000);
    made.asked();
    expect(after(1000)).toBe(false);
    expect(after(1)).toBe(true);
    made.heard();
    expect(after(60_000)).toBe(false);
  });

  it('was lost when nothing was answered any more, once the stream breaks too', () => {
    const { made, after, stands } = contact('open');
    made.asked();
    after(11_000);
    stands('lost');
    expect(after(0)).toBe(true);
  });

  it('is not judged by what a tab asked before it went to the background', () => {
    const { made, after } = contact('open');
    made.asked();
    after(600_000);
    made.looked();
    expect(after(0)).toBe(false);
  });

  it('is missing where the page was opened and nothing came, and is no question where a key is needed', () => {
    const { after, stands } = contact();
    expect(after(5000)).toBe(false);
    expect(after(1)).toBe(true);
    stands('denied');
    expect(after(60_000)).toBe(false);
  });

  it('tells when it hears', () => {
    const { made } = contact('open');
    const heard = vi.fn();
    const off = made.onHeard(heard);
    made.heard();
    off();
    made.heard();
    expect(heard).toHaveBeenCalledTimes(1);
  });
});
