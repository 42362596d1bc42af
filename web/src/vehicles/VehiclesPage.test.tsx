import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Vehicle } from '../api/client';
import { asOf, open, service as serve, vehicle } from '../test/screen';

/** A service with some vehicles that understands status, and counts its answers so that each is newer than the one before. */
function service(fleet: Vehicle[], held: (search: URLSearchParams) => Promise<void> | undefined = () => undefined) {
  let second = 0;
  return serve({
    'GET /api/v1/vehicles': async ({ search }) => {
      await held(search);
      const wanted = search.getAll('status');
      const vins = search.getAll('vin');
      const items = fleet.filter(
        (each) =>
          (wanted.length === 0 || wanted.includes(each.status)) && (vins.length === 0 || vins.includes(each.vin)),
      );
      const of = (status: Vehicle['status']) => fleet.filter((each) => each.status === status).length;
      return {
        items,
        total: items.length,
        ...asOf(second++),
        counts: { connected: of('connected'), disconnected: of('disconnected'), never_seen: of('never_seen') },
        facets: {
          customers: [{ id: 'C', name: 'Johans Bulk AB', total: 2, disconnected: 1 }],
          silentFor: [{ under: 300, count: 1 }, { count: 0 }],
        },
      };
    },
  });
}

describe('the list of vehicles', () => {
  it('shows what the address asks for, and asks the service for just that', async () => {
    const asked = service([vehicle('1', 'disconnected'), vehicle('2', 'connected')]);
    open('/vehicles?status=disconnected');
    expect(await screen.findByRole('heading', { name: '1 vehicle matches' })).toBeVisible();
    expect(await screen.findByRole('row', { name: /Disconnected\s*ABC 001/ })).toBeInTheDocument();
    expect(screen.queryByText('ABC 002')).not.toBeInTheDocument();
    const lists = asked.filter(({ path }) => path.startsWith('/api/v1/vehicles'));
    expect(lists.every(({ search }) => search.has('vin') || search.get('status') === 'disconnected')).toBe(true);
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

  it('asks for rows first: what is typed takes its numbers from them, and the facets are asked for when they are there', async () => {
    let rows: (() => void) | undefined;
    const wait = new Promise<void>((resolve) => {
      rows = resolve;
    });
    const asked = service([vehicle('1', 'disconnected'), vehicle('2', 'connected')], (search) =>
      search.get('q') !== null && search.get('limit') === '200' ? wait : undefined,
    );
    open('/vehicles');
    await screen.findByRole('heading', { name: 'All 2 vehicles' });
    await userEvent.type(screen.getByRole('searchbox'), '2');
    const typed = () => asked.filter(({ search }) => search.get('q') === '2').map(({ search }) => search.get('limit'));
    await waitFor(() => expect(typed()).toEqual(['200']));
    rows?.();
    await waitFor(() => expect(typed()).toEqual(['200', '1']));
  });

  it('says which part of the filter to drop where nothing matches', async () => {
    service([vehicle('2', 'connected')]);
    open('/vehicles?status=disconnected');
    await userEvent.click(await screen.findByRole('button', { name: /Without Status Disconnected\s*1 vehicle/ }));
    expect(await screen.findByText('ABC 002')).toBeInTheDocument();
  });

  it('says when a row belongs elsewhere, though it matches still, and keeps the current vehicle over the new order', async () => {
    const fleet = [vehicle('1', 'connected'), vehicle('2', 'connected'), vehicle('3', 'connected')];
    service(fleet);
    const { happened } = open('/vehicles');
    await screen.findByRole('row', { name: /ABC 001/ });
    await userEvent.keyboard('j');
    await waitFor(() => expect(screen.getByRole('row', { current: true })).toHaveTextContent('ABC 001'));
    fleet.push(...fleet.splice(0, 1));
    happened();
    expect(await screen.findByText(/1 row belongs elsewhere\. The order is kept as of/)).toBeInTheDocument();
    await userEvent.keyboard('u');
    await waitFor(() => expect(screen.queryByText(/belongs elsewhere/)).not.toBeInTheDocument());
    expect(screen.getByRole('row', { current: true })).toHaveTextContent('ABC 001');
    expect(screen.getByRole('row', { current: true })).toHaveAttribute('aria-rowindex', '4');
  });

  it('lights up a cell when its value changes, and none when it comes into sight', async () => {
    const fleet = [vehicle('1', 'disconnected'), vehicle('2', 'connected')];
    service(fleet);
    const { happened } = open('/vehicles');
    const row = await screen.findByRole('row', { name: /ABC 001/ });
    expect(document.querySelectorAll('.patched')).toHaveLength(0);
    fleet[0] = vehicle('1', 'connected');
    happened();
    await waitFor(() => expect(row.querySelector('.c-status')).toHaveClass('patched'));
    expect(row.querySelector('.c-plate')).not.toHaveClass('patched');
    expect(document.querySelectorAll('.patched')).toHaveLength(1);
  });

  it('says how to make the first vehicle at this server, and shows it by itself when it is there', async () => {
    const fleet: Vehicle[] = [];
    service(fleet);
    const { happened } = open('/vehicles');
    expect(await screen.findByRole('heading', { name: 'No vehicles yet' })).toBeVisible();
    expect(screen.getByText(new RegExp(`curl -X POST ${location.host}/heartbeat/`))).toBeInTheDocument();
    fleet.push(vehicle('1', 'connected'));
    happened();
    expect(await screen.findByText('ABC 001')).toBeInTheDocument();
  });
});
