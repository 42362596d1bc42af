import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answer, open, service, vehicle } from '../test/screen';

const start = Date.UTC(2026, 10, 21, 14, 2, 11);
let disconnected = 0;

/** A service whose answers are of the moment they are given in; `silent` lets it answer nothing at all. */
function serving(more: Record<string, Answer> = {}) {
  const state = { silent: false };
  const never = new Promise(() => undefined);
  const asked = service({
    'GET /api/v1/vehicles': () =>
      state.silent
        ? never
        : {
            items: [],
            total: 0,
            counts: { connected: 0, disconnected, never_seen: 0 },
            asOf: new Date(Date.now() - 400).toISOString(),
            lagMs: 400,
          },
    ...more,
  });
  return { asked, state };
}

/** Lets time pass, and what was asked be answered: a fake fetch needs turns of the real loop. */
const pass = (ms: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  });
const pill = () => document.querySelector('.pill-live')?.textContent ?? '';
const banner = () => document.querySelector('.gone-banner');
const hide = (hidden: boolean) => {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(hidden ? 'hidden' : 'visible');
  document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
};

beforeEach(() => {
  vi.useFakeTimers({ now: start, toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  document.head.innerHTML = '<link rel="icon" href="./favicon.svg">';
  disconnected = 0;
  localStorage.clear();
});
afterEach(() => vi.useRealTimers());

describe('the age in the header', () => {
  it('is that of the newest answer, and the shell asks where no screen does', async () => {
    serving();
    open('/keys');
    await vi.dynamicImportSettled();
    await pass(50);
    await pass(1000);
    expect(pill()).toMatch(/^Live 1\.\d s$/);
    for (let second = 0; second < 20; second++) {
      await pass(1000);
      expect(pill()).toMatch(/^Live [0-5]\.\d s$/);
    }
  });

  it('grows when the stream is open and answers stop, until it is no longer called live', async () => {
    const { state } = serving();
    open('/keys');
    await pass(1000);
    state.silent = true;
    await pass(9000);
    expect(pill()).toMatch(/^Live (9\.\d|10) s$/);
    await pass(29_000);
    expect(pill()).toMatch(/^Data from 14:02:1\d, 3\d s old$/);
    expect(banner()).toHaveTextContent(/No contact with the server since 14:02:1\d UTC\./);
    expect(banner()).toHaveTextContent('Trying now…');
  });

  it('says Connecting… before there is an answer, and no contact where none comes', async () => {
    const { state } = serving();
    state.silent = true;
    const { stands } = open('/keys');
    stands('connecting');
    await pass(1000);
    expect(pill().trim()).toBe('Connecting…');
    await pass(6000);
    expect(pill().trim()).toBe('No contact');
    expect(banner()).toHaveTextContent(/^No contact with the server\. *Trying/);
  });

  it('says that the data is old where the server answers and is behind', async () => {
    serving({
      'GET /api/v1/vehicles': () => ({
        items: [],
        total: 0,
        counts: { connected: 0, disconnected: 0, never_seen: 0 },
        asOf: new Date(Date.now() - 90_000).toISOString(),
        lagMs: 90_000,
      }),
    });
    open('/keys');
    await pass(2000);
    expect(pill()).toMatch(/^Data from 14:00:4\d, 1 min 3\d s old$/);
    expect(banner()).toBeNull();
  });
});

describe('a server that is gone', () => {
  it('is Reconnecting… for 5 s, then a banner that says when it is tried again, and is back at once', async () => {
    const { state } = serving();
    const { stands, stream } = open('/keys');
    await pass(1000);
    state.silent = true;
    stands('lost', Date.now() + 3000);
    await pass(4000);
    expect(pill()).toMatch(/^Reconnecting… \d\.\d s$/);
    expect(banner()).toBeNull();
    await pass(2000);
    stands('lost', Date.now() + 3000);
    await pass(1000);
    expect(banner()).toHaveTextContent(
      /No contact with the server since 14:02:\d\d UTC\. Below is how it was then; vehicles may have changed status since\.Trying again in 2 s/,
    );
    expect(document.querySelector('.shell')).toHaveAttribute('data-gone');
    fireEvent.click(screen.getByRole('button', { name: 'Try now' }));
    expect(stream.tryNow).toHaveBeenCalledTimes(1);
    state.silent = false;
    stands('open');
    expect(banner()).toBeNull();
    await pass(50);
    expect(pill()).toMatch(/^Live 0\.\d s$/);
  });

  it('cannot be asked for an export', async () => {
    const { state } = serving({
      'GET /api/v1/vehicles': () => ({
        items: [vehicle('1', 'connected')],
        total: 1,
        counts: { connected: 1, disconnected: 0, never_seen: 0 },
        asOf: new Date().toISOString(),
        lagMs: 0,
      }),
    });
    const { stands } = open('/vehicles');
    await vi.dynamicImportSettled();
    await pass(1000);
    expect(screen.getByRole('link', { name: /Export/ })).toBeVisible();
    state.silent = true;
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('refused')));
    stands('lost');
    await pass(7000);
    expect(screen.getByRole('button', { name: /Export/ })).toBeDisabled();
  });
});

describe('the tab', () => {
  it('carries how many are disconnected, in its title and in its icon', async () => {
    disconnected = 1037;
    serving();
    const { happened } = open('/keys');
    await vi.dynamicImportSettled();
    await pass(100);
    expect(document.title).toMatch(/^■ 1,037 disconnected · .*Fleetbeat$/);
    expect(document.querySelector('link[rel=icon]')).toHaveAttribute('href', './favicon-silent.svg');
    disconnected = 0;
    happened();
    await pass(1000);
    expect(document.title).not.toContain('disconnected');
    expect(document.querySelector('link[rel=icon]')).toHaveAttribute('href', './favicon.svg');
  });

  it('follows changes in the background with one question, and asks nothing without one', async () => {
    serving();
    const { happened } = open('/vehicles');
    await vi.dynamicImportSettled();
    await pass(1000);
    hide(true);
    const asked: string[] = [];
    const answer = globalThis.fetch;
    vi.stubGlobal('fetch', (request: Request) => {
      asked.push(new URL(request.url).search);
      return answer(request);
    });
    await pass(60_000);
    expect(asked).toEqual([]);
    disconnected = 2;
    for (let i = 0; i < 50; i++) happened();
    await pass(2500);
    expect(document.title).toContain('■ 2 disconnected');
    expect(asked).toEqual(['?limit=1']);
    hide(false);
    await pass(100);
    expect(asked.length).toBeGreaterThan(1); // what nobody saw is read when somebody looks
  });
});

describe('the header', () => {
  it('moves focus to the content when another page has come, and says which', async () => {
    serving();
    open('/');
    await vi.dynamicImportSettled();
    await pass(100);
    fireEvent.keyDown(document.body, { key: 'g' });
    fireEvent.keyDown(document.body, { key: 'v' });
    await vi.dynamicImportSettled();
    await pass(500);
    expect(screen.getByRole('main')).toHaveFocus();
    expect(document.querySelector('.arrived')).toHaveTextContent('Vehicles');
  });

  it('has a link past itself', async () => {
    serving();
    open('/keys');
    await pass(100);
    fireEvent.click(screen.getByRole('button', { name: 'Skip to the content' }));
    expect(screen.getByRole('main')).toHaveFocus();
  });

  it('shows all keys of all screens at ?', async () => {
    serving();
    open('/keys');
    await pass(100);
    fireEvent.keyDown(document.body, { key: '?' });
    await vi.dynamicImportSettled();
    await pass(10);
    const help = within(screen.getByRole('dialog', { name: 'Keyboard shortcuts' }));
    expect(help.getByText('Apply the changes: order the rows anew')).toBeInTheDocument();
    fireEvent.click(help.getByRole('button', { name: 'Close' }));
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('leads on from an address that leads nowhere', async () => {
    serving();
    open('/nowhere/at/all');
    await pass(100);
    expect(screen.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
    expect(screen.getByRole('link', { name: 'All vehicles' })).toHaveAttribute('href', '/vehicles');
  });
});
