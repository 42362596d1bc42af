import { render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { Bullet } from './Bullet';
import { bulletPaths } from './bulletPaths';

const drawn = (now: number, usual?: { lo: number; hi: number }) => bulletPaths({ now, usual, most: 118 }, 128, 14);

describe('a bullet', () => {
  it('has its mark where the number is, whole at both ends', () => {
    expect(drawn(0).now).toBe(0);
    expect(drawn(59).now).toBe(59);
    expect(drawn(118).now).toBe(118);
  });

  it('has a box for what is usual, which can be seen where that is one number', () => {
    expect(drawn(0, { lo: 20, hi: 50 }).usual).toBe('M22 2H58V12H22Z');
    expect(drawn(0, { lo: 0, hi: 0 }).usual).toBe('M2 2H8V12H2Z');
  });

  it('has a line from what is usual to what is beyond it, and none within it or below', () => {
    expect(drawn(100, { lo: 20, hi: 50 }).beyond).toBe('M58 7H105');
    expect(drawn(50, { lo: 20, hi: 50 }).beyond).toBe('');
    expect(drawn(3, { lo: 20, hi: 50 }).beyond).toBe('');
  });

  it('has nothing but the mark where nothing is usual yet', () =>
    expect(drawn(7)).toEqual({ usual: '', beyond: '', now: 7 }));

  it('of nothing at all is drawn too', () =>
    expect(bulletPaths({ now: 0, usual: { lo: 0, hi: 0 }, most: 0 }, 128, 14).now).toBe(0));

  it('says in words what it shows', () => {
    render(<Bullet now={29} usual={{ lo: 2, hi: 5 }} most={29} label="29 disconnected, usually 2–5: 24 beyond" />);
    const image = screen.getByRole('img', { name: '29 disconnected, usually 2–5: 24 beyond' });
    expect(image.innerHTML).not.toMatch(/#[0-9a-f]{3}|NaN/);
  });
});
