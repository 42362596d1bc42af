import { describe, expect, it } from 'vitest';
import type { VehicleDetail } from '../api/client';
import { vehicle } from '../test/screen';
import { detail, neverSeen } from '../vehicle/fixtures';
import { diagramOf } from './diagram';

const now = Date.parse('2026-11-21T14:00:00Z');
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
/** Heard so long ago; a later deadline than that gives is what an unobserved time does. */
function heard(seconds: number, more: Partial<VehicleDetail['reason']> = {}, late = 0): VehicleDetail {
  const usual = detail(vehicle('1', seconds > 90 + late ? 'disconnected' : 'connected'));
  const reason = { ...usual.reason, ...more };
  const timeout = reason.intervalSeconds + reason.graceSeconds;
  return { ...usual, reason, lastHeartbeat: ago(seconds), deadline: ago(seconds - timeout - late) };
}
const parts = (diagram: ReturnType<typeof diagramOf>) =>
  diagram.parts.map(({ kind, from, to }) => [kind, Math.round(from), Math.round(to)]);
const ticks = (diagram: ReturnType<typeof diagramOf>) => diagram.ticks.map(({ name, at }) => [name, Math.round(at)]);

describe('the reason as a drawing', () => {
  it('is to scale over 86 % of the width while the timeout runs', () => {
    const diagram = diagramOf(heard(12), now);
    expect(ticks(diagram)).toEqual([
      ['last heard', 0],
      ['due', 57],
      ['deadline', 86],
    ]);
    expect(parts(diagram)).toEqual([
      ['connected', 0, 57],
      ['overdue', 57, 86],
    ]);
    expect(diagram.now).toBeCloseTo((86 * 12) / 90);
    expect(diagram.parts.map(({ words, short }) => [words, short])).toEqual([
      ['60 s interval', '60 s'],
      ['30 s grace', '30 s'],
    ]);
  });

  it('moves now past due while overdue, and not out of the picture when the answer is late', () => {
    expect(diagramOf(heard(75), now).now).toBeCloseTo((86 * 75) / 90);
    expect(diagramOf(heard(12), now + 3_600_000).now).toBe(100);
    expect(diagramOf(heard(12), now - 3_600_000).now).toBe(0);
  });

  it('gives the silence the rest once it is past its deadline', () => {
    const diagram = diagramOf(heard(10_000), now);
    expect(parts(diagram)).toEqual([
      ['connected', 0, 26],
      ['overdue', 26, 39],
      ['disconnected', 39, 100],
    ]);
    expect(ticks(diagram)).toEqual([
      ['last heard', 0],
      ['due', 26],
      ['deadline', 39],
      ['now', 100],
    ]);
    expect(diagram.now).toBeUndefined();
  });

  it('has no due and no grace where there is none', () => {
    const diagram = diagramOf(heard(10_000, { graceSeconds: 0 }), now);
    expect(parts(diagram)).toEqual([
      ['connected', 0, 26],
      ['disconnected', 26, 100],
    ]);
    expect(ticks(diagram)).toEqual([
      ['last heard', 0],
      ['deadline', 26],
      ['now', 100],
    ]);
  });

  it('shows the time in which nothing could be received before the timeout began to count', () => {
    const running = diagramOf(heard(100, {}, 90), now);
    expect(parts(running)).toEqual([
      ['unobserved', 0, 43],
      ['connected', 43, 72],
      ['overdue', 72, 86],
    ]);
    const past = diagramOf(heard(10_000, {}, 90), now);
    expect(parts(past)).toEqual([
      ['unobserved', 0, 14],
      ['connected', 14, 40],
      ['overdue', 40, 53],
      ['disconnected', 53, 100],
    ]);
    expect(ticks(past).slice(0, 3)).toEqual([
      ['last heard', 0],
      ['due', 40],
      ['deadline', 53],
    ]);
  });

  it('says when it was registered where nothing was ever heard', () => {
    const diagram = diagramOf(neverSeen('1'), now);
    expect(diagram.parts).toEqual([]);
    expect(diagram.ticks.map(({ name, iso }) => [name, iso])).toEqual([
      ['registered', '2026-11-18T08:00:00Z'],
      ['now', undefined],
    ]);
  });
});
