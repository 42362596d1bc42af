import { fireEvent, render, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import type { LiveState } from '../live/messages';
import { Broken } from './Broken';
import { type World, WorldProvider } from './live';
import { lazyRouteComponent, NotLoaded } from './screen';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ children }: { children: string }) => <a href="/">{children}</a>,
}));

function broken(error: Error, state: LiveState = 'open') {
  const world = {
    stream: { state: () => state, onState: () => () => undefined },
    contact: { gone: () => false, onHeard: () => () => undefined },
  } as unknown as World;
  const reset = vi.fn();
  render(
    <WorldProvider value={world}>
      <Broken error={error} reset={reset} />
    </WorldProvider>,
  );
  return reset;
}

describe('a screen that failed', () => {
  it('whose code is gone was updated: the page is loaded again', () => {
    broken(new NotLoaded('x'));
    expect(screen.getByRole('heading')).toHaveTextContent('Fleetbeat was updated');
    expect(screen.getByRole('button')).toHaveTextContent('Load again');
  });

  it('whose code cannot be had without contact is tried again, and the page stays', () => {
    const reset = broken(new NotLoaded('x'), 'lost');
    expect(screen.getByRole('heading')).toHaveTextContent('This page cannot be loaded now');
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(reset).toHaveBeenCalledTimes(1);
  });

  it('by a fault of ours says so, with what helps to report it', () => {
    broken(new Error('rows is undefined'));
    expect(screen.getByRole('heading')).toHaveTextContent('This page has failed');
    expect(screen.getByText('rows is undefined')).toBeVisible();
  });

  it('never loads the page anew by itself, and says why it failed', async () => {
    const why = new TypeError('Failed to fetch dynamically imported module');
    const Lazy = lazyRouteComponent<Record<string, () => null>, 'X'>(() => Promise.reject(why), 'X') as unknown as {
      (props: object): unknown;
      preload: () => Promise<void>;
    };
    await Lazy.preload();
    expect(() => Lazy({})).toThrow(NotLoaded);
  });
});
