import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { Vehicle } from '../api/client';
import { asOf, open, service, vehicle } from '../test/screen';
import { detail } from '../vehicle/fixtures';

/** Two vehicles, of which both are known in full. */
function twoVehicles(): ReturnType<typeof service> {
  const fleet: Vehicle[] = [vehicle('1', 'disconnected'), vehicle('2', 'connected')];
  const one = (path: string) => fleet.find(({ vin }) => path.includes(vin));
  return service({
    'GET /api/v1/vehicles': () => ({
      items: fleet,
      total: 2,
      ...asOf(1),
      counts: { connected: 1, disconnected: 1, never_seen: 0 },
    }),
    'GET /api/v1/vehicles/{vin}': ({ path }) => {
      const found = one(path);
      return found && detail(found);
    },
    'GET /api/v1/vehicles/{vin}/timeline': () => ({ intervals: [], longestDisconnectedSeconds: 0, ...asOf(1) }),
  });
}

const panel = () => screen.findByRole('complementary', { name: 'Vehicle looked at' });

describe('the panel beside the list', () => {
  it('looks at a row that is clicked, and keeps it in the address', async () => {
    twoVehicles();
    const { router } = open('/vehicles?sort=vin');
    await userEvent.click(await screen.findByRole('row', { name: /ABC 001/ }));
    expect(await within(await panel()).findByRole('heading', { name: 'ABC 001' })).toBeVisible();
    expect(within(await panel()).getByText('1 of 2')).toBeVisible();
    expect(router.state.location.search).toEqual({ sort: 'vin', look: 'YS2R4X20005399401' });
    expect(await within(await panel()).findByText(/Expected every/)).toBeVisible();
  });

  it('looks at the current row by Enter, goes along with j and k, and Esc closes it', async () => {
    twoVehicles();
    const { router } = open('/vehicles');
    await screen.findByRole('row', { name: /ABC 001/ });
    await userEvent.keyboard('j{Enter}');
    expect(await within(await panel()).findByRole('heading', { name: 'ABC 001' })).toBeVisible();
    await userEvent.keyboard('j');
    await waitFor(() => expect(router.state.location.searchStr).toBe('?look=YS2R4X20005399402'));
    expect(await within(await panel()).findByRole('heading', { name: 'ABC 002' })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('complementary', { name: /looked at/ })).not.toBeInTheDocument());
    expect(router.state.location.searchStr).toBe('');
    expect(screen.getByRole('row', { name: /ABC 002/ })).toHaveAttribute('aria-current', 'true');
    expect(screen.getByRole('row', { name: /ABC 002/ })).toHaveFocus();
  });

  it('comes back from a page to the row that was left, from where the keys go on', async () => {
    twoVehicles();
    const { router } = open('/vehicles');
    await screen.findByRole('row', { name: /ABC 001/ });
    await userEvent.keyboard('jo');
    await waitFor(() => expect(router.state.location.pathname).toBe('/vehicles/YS2R4X20005399401'));
    router.history.back();
    await waitFor(() => expect(screen.getByRole('row', { name: /ABC 001/ })).toHaveAttribute('aria-current', 'true'));
    screen.getByRole('main').focus();
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(router.state.location.searchStr).toBe('?look=YS2R4X20005399401'));
    await userEvent.keyboard('j');
    await waitFor(() => expect(screen.getByRole('row', { name: /ABC 002/ })).toHaveFocus());
  });

  it('is there again from a pasted link, and opens the page by o with the filter', async () => {
    twoVehicles();
    const { router } = open('/vehicles?status=connected,disconnected&look=ys2r4x20005399402');
    expect(await within(await panel()).findByRole('heading', { name: 'ABC 002' })).toBeVisible();
    await userEvent.keyboard('o');
    await waitFor(() => expect(router.state.location.pathname).toBe('/vehicles/YS2R4X20005399402'));
    expect(router.state.location.searchStr).toBe('?status=disconnected,connected');
  });

  it('copies for a ticket by c', async () => {
    twoVehicles();
    const user = userEvent.setup(); // it brings a clipboard
    open('/vehicles?look=YS2R4X20005399401');
    await within(await panel()).findByText(/Expected every/);
    await user.keyboard('c');
    await waitFor(async () => {
      expect(await navigator.clipboard.readText()).toContain('ABC 001 (VIN YS2R4X20005399401)');
    });
    expect(await within(await panel()).findByRole('button', { name: 'Copied' })).toBeVisible();
  });

  it('opens the page instead where there is no room beside the list', async () => {
    twoVehicles();
    const { router } = open('/vehicles');
    vi.stubGlobal('matchMedia', (query: string) => ({
      matches: query.includes('1099'),
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }));
    await userEvent.click(await screen.findByRole('row', { name: /ABC 001/ }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/vehicles/YS2R4X20005399401'));
  });

  it('leaves links and buttons of a row what they are', async () => {
    twoVehicles();
    const { router } = open('/vehicles?q=abc');
    const row = await screen.findByRole('row', { name: /ABC 001/ });
    await userEvent.click(within(row).getByRole('button', { name: /Copy/ }));
    expect(router.state.location.search).toEqual({ q: 'abc' });
    await userEvent.click(within(row).getByRole('link', { name: 'ABC 001' }));
    await waitFor(() => expect(router.state.location.href).toBe('/vehicles/YS2R4X20005399401?q=abc'));
  });

  it('says so where the vehicle is gone', async () => {
    service({
      'GET /api/v1/vehicles': () => ({
        items: [],
        total: 0,
        ...asOf(1),
        counts: { connected: 0, disconnected: 0, never_seen: 0 },
      }),
    });
    open('/vehicles?q=x&look=YS2R4X20005399401');
    expect(await screen.findByText(/no \/api\/v1\/vehicles\/YS2R4X20005399401/)).toBeVisible();
  });
});
