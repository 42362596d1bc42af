import { act, cleanup } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { asOf, open, service } from '../test/screen';

/** Lets time pass, and what was asked be answered: a fake fetch needs turns of the real loop. */
const pass = (ms: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  });

beforeEach(() => {
  vi.useFakeTimers({
    now: Date.UTC(2026, 10, 21, 14),
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  });
});
afterEach(() => vi.useRealTimers());

describe('what is on screen', () => {
  /** Counts the questions of the whole fleet's numbers, one a reading, that nothing else asks on this page. */
  async function reading() {
    service({
      'GET /api/v1/keys': () => ({ items: [] }),
      'GET /api/v1/vehicles': () => ({ items: [], total: 0, counts: {}, ...asOf(0) }),
    });
    const opened = open('/keys');
    await vi.dynamicImportSettled();
    await pass(100);
    let n = 0;
    const answer = globalThis.fetch;
    let took = 0;
    vi.stubGlobal('fetch', async (request: Request) => {
      n++;
      if (took > 0) await new Promise((done) => setTimeout(done, took));
      return answer(request);
    });
    return { ...opened, readings: () => n, takes: (ms: number) => (took = ms) };
  }

  it('is read anew at once after a change, and once more where another view was behind', async () => {
    const { happened, readings } = await reading();
    happened();
    await pass(1);
    expect(readings()).toBe(1);
    await pass(298);
    expect(readings()).toBe(1);
    await pass(2);
    expect(readings()).toBe(2);
    await pass(1500);
    expect(readings()).toBe(2);
  });

  it('is read every 300 ms while changes come, whatever their number, and after the last', async () => {
    const { happened, readings } = await reading();
    for (let i = 0; i < 55; i++) {
      happened();
      happened();
      await pass(20); // 110 changes in 1.1 s
    }
    expect(readings()).toBe(4);
    await pass(300);
    expect(readings()).toBe(5);
    await pass(1500);
    expect(readings()).toBe(5);
  });

  it('keeps a slow server busy for a third of the time', async () => {
    const { happened, readings, takes } = await reading();
    takes(500);
    for (let i = 0; i < 59; i++) {
      happened();
      await pass(100); // for 5.9 s
    }
    expect(readings()).toBe(4); // of 0.5 s, each after 1 s of rest
  });

  it('is read no more by a page that is left', async () => {
    const { happened, readings } = await reading();
    happened();
    await pass(1);
    cleanup();
    await pass(1000);
    expect(readings()).toBe(1);
  });
});
