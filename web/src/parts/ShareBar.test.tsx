import { render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { ShareBar } from './ShareBar';
import { shareParts } from './share';

describe('a share bar', () => {
  it.each([
    [283, 29, 0],
    [1_000_000, 1, 1],
    [1, 1_000_000, 1],
    [1, 1, 1],
    [0, 0, 7],
    [467, 17, 2],
  ])('of %d, %d and %d fills 144 px, and shows each that there is', (connected, disconnected, never_seen) => {
    const parts = shareParts({ connected, disconnected, never_seen });
    expect(parts).toHaveLength([connected, disconnected, never_seen].filter((n) => n > 0).length);
    for (const { x, width } of parts) {
      expect(width).toBeGreaterThanOrEqual(4);
      expect(Number.isInteger(x) && Number.isInteger(width)).toBe(true);
    }
    const last = parts.at(-1);
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBe(144);
    for (const [i, part] of parts.slice(1).entries())
      expect(part.x).toBe((parts[i]?.x ?? 0) + (parts[i]?.width ?? 0) + 2);
  });

  it('tells its numbers to who does not see it', () => {
    render(<ShareBar counts={{ connected: 1283, disconnected: 29, never_seen: 0 }} />);
    expect(screen.getByRole('img', { name: '1,283 connected, 29 disconnected' })).toBeInTheDocument();
  });

  it('has different heights, so that none of its parts is told by hue alone', () => {
    const { container } = render(<ShareBar counts={{ connected: 5, disconnected: 5, never_seen: 5 }} />);
    const heights = [...container.querySelectorAll('rect')].map((band) => band.getAttribute('height'));
    expect(heights).toEqual(['4', '14', '4.5']);
  });

  it('says so where there is no vehicle', () => {
    render(<ShareBar counts={{ connected: 0, disconnected: 0, never_seen: 0 }} />);
    expect(screen.getByText('no vehicles')).toBeInTheDocument();
  });
});
