import { afterEach, describe, expect, it } from 'vitest';
import { localZone } from './time';

const was = process.env['TZ'];
afterEach(() => {
  if (was === undefined) delete process.env['TZ'];
  else process.env['TZ'] = was;
});

describe('the zone of this browser', () => {
  it.each([
    ['Europe/Stockholm', '2026-11-21T12:00:00Z', 'CET'],
    ['Europe/Stockholm', '2026-07-21T12:00:00Z', 'CEST'],
    ['Europe/London', '2026-11-21T12:00:00Z', 'GMT'],
    ['Asia/Tokyo', '2026-11-21T12:00:00Z', 'GMT+9'],
    ['UTC', '2026-11-21T12:00:00Z', 'UTC'],
  ])('%s at %s is called %s', (zone, at, name) => {
    process.env['TZ'] = zone;
    expect(localZone(new Date(at))).toBe(name);
  });
});
