import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { act, render } from '@testing-library/react';
import { vi } from 'vitest';
import type { Vehicle } from '../api/client';
import { newContact } from '../live/contact';
import { newFreshness } from '../live/freshness';
import type { Change, LiveState } from '../live/messages';
import { newRouter } from '../router';
import { WorldProvider } from '../shell/live';

/** A question that a screen asked. */
export interface Asked {
  method: string;
  /** Path and query. */
  path: string;
  search: URLSearchParams;
  body: string;
}

/** What the shell asks for the tab's title, on every screen: no screen's tests want to hear of it. */
const fleet = '/api/v1/vehicles?limit=1';

/** What answers: JSON, a whole Response, or undefined for 404. */
export type Answer = (asked: Asked) => unknown;

/**
 * A service in place of the real one: `answers` by "METHOD /path" with {name} for one segment. It gives back all that it was
 * asked. Without an answer of the test's the session says that no key is needed; all else is 404.
 */
export function service(answers: Record<string, Answer>): Asked[] {
  const asked: Asked[] = [];
  const known: Record<string, Answer> = {
    'GET /api/v1/session': () => ({ needed: false, scopes: [] }),
    ...answers,
  };
  vi.stubGlobal('fetch', async (input: Request | string | URL, init?: RequestInit) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const one: Asked = {
      method: request.method,
      path: url.pathname + url.search,
      search: url.searchParams,
      body: await request.text(),
    };
    if (one.path !== fleet) asked.push(one);
    const name = Object.keys(known).find((each) => matches(each, `${request.method} ${url.pathname}`));
    const answer: unknown = name === undefined ? undefined : await known[name]?.(one);
    if (answer instanceof Response) return answer;
    return answer === undefined ? problem(404, `no ${url.pathname}`) : Response.json(answer);
  });
  return asked;
}

function matches(pattern: string, asked: string): boolean {
  const parts = pattern.split('/');
  const given = asked.split('/');
  return parts.length === given.length && parts.every((part, i) => part.startsWith('{') || part === given[i]);
}

/** An answer that is no, in the service's form. */
export function problem(status: number, detail: string, errors?: { location: string; message: string }[]): Response {
  return Response.json({ type: 'about:blank', title: 'No', status, detail, ...(errors && { errors }) }, { status });
}

/** The moment of the nth answer: each is newer than the one before. */
export function asOf(n: number): { asOf: string; lagMs: number } {
  return { asOf: new Date(Date.UTC(2026, 10, 21, 14, 0, n)).toISOString(), lagMs: 1 };
}

/** A vehicle, disconnected for an hour; `plate` is one digit. */
export function vehicle(plate: string, status: Vehicle['status'], more: Partial<Vehicle> = {}): Vehicle {
  return {
    vin: `YS2R4X2000539940${plate}`,
    registrationNumber: `ABC 00${plate}`,
    customer: { id: 'C', name: 'Johans Bulk AB' },
    status,
    since: '2026-11-21T13:00:00Z',
    lastHeartbeat: '2026-11-21T12:59:00Z',
    timeoutSeconds: 90,
    ...more,
  };
}

/** Opens an address in the whole dashboard. `happened` tells a change, `stands` how the live stream stands, and when
 * it is tried again. */
export function open(path: string) {
  layout();
  let state: LiveState = 'open';
  let next: number | undefined;
  const changes = new Set<(change: Change) => void>();
  const states = new Set<() => void>();
  const kept =
    <T,>(set: Set<T>) =>
    (each: T) => {
      set.add(each);
      return () => void set.delete(each);
    };
  const stream = {
    state: () => state,
    next: () => next,
    tryNow: vi.fn(),
    onState: kept(states),
    onReset: () => () => undefined,
    hello: vi.fn(),
    deny: () => {
      state = 'denied';
      for (const each of states) each();
    },
    anew: vi.fn(),
    onChange: kept(changes),
  };
  const router = newRouter(createMemoryHistory({ initialEntries: [path] }));
  const freshness = newFreshness(() => Date.now());
  const contact = newContact(() => Date.now(), stream);
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <WorldProvider value={{ stream, freshness, contact }}>
          <RouterProvider router={router} />
        </WorldProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return {
    router,
    stream,
    freshness,
    contact,
    happened: (change: Change = { id: '1', event: 'registry', data: {} }) =>
      act(() => {
        for (const each of changes) each(change);
      }),
    stands: (now: LiveState, again?: number) =>
      act(() => {
        state = now;
        next = again;
        for (const each of states) each();
      }),
  };
}

/** jsdom lays nothing out: without a height no row is on screen. */
function layout(): void {
  vi.stubGlobal('matchMedia', () => ({
    matches: false,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }));
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(360);
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(1000);
}
