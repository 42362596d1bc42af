import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Vehicle, VehicleList } from '../api/client';
import { newFreshness } from '../live/freshness';
import type { Change } from '../live/messages';
import { newRouter } from '../router';
import { WorldProvider } from '../shell/live';

const vehicle = (plate: string, status: Vehicle['status']): Vehicle => ({
  vin: `YS2R4X2000539940${plate}`,
  registrationNumber: `ABC 00${plate}`,
  customer: { id: 'C', name: 'Johans Bulk AB' },
  status,
  since: '2026-11-21T13:00:00Z',
  lastHeartbeat: '2026-11-21T12:59:00Z',
  timeoutSeconds: 90,
});

/** A service with some vehicles that understands status, and counts its answers so that each is newer than the one before. */
function service(fleet: Vehicle[]) {
  let second = 0;
  const asked: string[] = [];
  vi.stubGlobal('fetch', (request: Request) => {
    const { searchParams, search } = new URL(request.url);
    asked.push(search);
    const wanted = searchParams.getAll('status');
    const vins = searchParams.getAll('vin');
    const items = fleet.filter(
      (each) => (wanted.length === 0 || wanted.includes(each.status)) && (vins.length === 0 || vins.includes(each.vin)),
    );
    const of = (status: Vehicle['status']) => fleet.filter((each) => each.status === status).length;
    const list: VehicleList = {
      items,
      total: items.length,
      asOf: new Date(Date.UTC(2026, 10, 21, 14, 0, second++)).toISOString(),
      lagMs: 1,
      counts: { connected: of('connected'), disconnected: of('disconnected'), never_seen: of('never_seen') },
      facets: {
        customers: [{ id: 'C', name: 'Johans Bulk AB', total: 2, disconnected: 1 }],
        silentFor: [{ under: 300, count: 1 }, { count: 0 }],
      },
    };
    return Promise.resolve(Response.json(list));
  });
  return asked;
}

function open(path: string) {
  let hear: (change: Change) => void = () => undefined;
  const on = () => () => undefined;
  const stream = {
    state: () => 'open' as const,
    onState: on,
    onReset: on,
    hello: on,
    onChange: (heard: typeof hear) => {
      hear = heard;
      return on();
    },
  };
  const router = newRouter(createMemoryHistory({ initialEntries: [path] }));
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <WorldProvider value={{ stream, freshness: newFreshness(() => Date.now()) }}>
          <RouterProvider router={router} />
        </WorldProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { router, happened: () => act(() => hear({ id: '1' } as Change)) };
}

beforeEach(() => {
  vi.stubGlobal('matchMedia', () => ({
    matches: false,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }));
  // jsdom lays nothing out: without a height no row is on screen.
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(360);
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(1000);
});

describe('the list of vehicles', () => {
  it('shows what the address asks for, and asks the service for just that', async () => {
    const asked = service([vehicle('1', 'disconnected'), vehicle('2', 'connected')]);
    open('/vehicles?status=disconnected');
    expect(await screen.findByRole('heading', { name: '1 vehicle matches' })).toBeVisible();
    expect(await screen.findByRole('row', { name: /Disconnected\s*ABC 001/ })).toBeInTheDocument();
    expect(screen.queryByText('ABC 002')).not.toBeInTheDocument();
    expect(asked.every((search) => search.includes('status=disconnected') || search.includes('vin='))).toBe(true);
  });

  it('keeps a filter in the address, and Back undoes it', async () => {
    service([vehicle('1', 'disconnected'), vehicle('2', 'connected')]);
    const { router } = open('/vehicles');
    await userEvent.click(await screen.findByRole('checkbox', { name: /Connected/ }));
    await waitFor(() => expect(router.state.location.searchStr).toBe('?status=connected'));
    await userEvent.keyboard('1');
    await waitFor(() => expect(router.state.location.searchStr).toBe('?status=disconnected,connected'));
    act(() => router.history.back());
    await waitFor(() => expect(router.state.location.searchStr).toBe('?status=connected'));
  });

  it('patches rows in place and keeps the order until it is asked to apply', async () => {
    const fleet = [vehicle('1', 'disconnected'), vehicle('2', 'disconnected')];
    service(fleet);
    const { happened } = open('/vehicles?status=disconnected');
    await screen.findByRole('row', { name: /ABC 001/ });
    fleet[0] = vehicle('1', 'connected');
    happened();
    expect(await screen.findByRole('row', { name: /Connected\s*ABC 001.*no longer matches/ })).toBeInTheDocument();
    expect(screen.getAllByRole('row')).toHaveLength(3);
    expect(screen.getByRole('button', { name: /1 change – apply/ })).toBeVisible();
    await userEvent.keyboard('u');
    await waitFor(() => expect(screen.queryByText('ABC 001')).not.toBeInTheDocument());
  });

  it('says which part of the filter to drop where nothing matches', async () => {
    service([vehicle('2', 'connected')]);
    open('/vehicles?status=disconnected');
    await userEvent.click(await screen.findByRole('button', { name: 'Without status Disconnected' }));
    expect(await screen.findByText('ABC 002')).toBeInTheDocument();
  });
});
