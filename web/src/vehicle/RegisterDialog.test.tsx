import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { type Answer, asOf, open, problem, service, vehicle } from '../test/screen';
import { neverSeen } from './fixtures';

const counts = { connected: 0, disconnected: 1, never_seen: 0 };
const vin = 'YS2R4X20005399402';

function served(more: Record<string, Answer> = {}) {
  return service({
    'GET /api/v1/vehicles': () => ({ items: [vehicle('1', 'disconnected')], total: 1, counts, ...asOf(1) }),
    'GET /api/v1/vehicles/{vin}': () => neverSeen('2'),
    'GET /api/v1/vehicles/{vin}/timeline': () => ({ intervals: [], longestDisconnectedSeconds: 0, ...asOf(1) }),
    'GET /api/v1/customers': () => ({ items: [{ id: 'D', name: 'Kalles Grus AB', counts }], total: 1, ...asOf(1) }),
    'POST /api/v1/vehicles': () => ({ ...neverSeen('2'), position: 'p.7' }),
    ...more,
  });
}

async function fill(customer: string) {
  await userEvent.type(await screen.findByLabelText('VIN'), 'ys2r4x20005399402');
  await userEvent.type(screen.getByLabelText('Plate'), 'ABC 002');
  await userEvent.type(screen.getByLabelText('Customer'), customer);
}

const begin = async () => userEvent.click(await screen.findByRole('button', { name: 'Register a vehicle' }));
const register = () => userEvent.click(screen.getByRole('button', { name: 'Register' }));

describe('registering a vehicle', () => {
  it('is not offered to who may not, by the button or by an address', async () => {
    served({ 'GET /api/v1/session': () => ({ needed: true, scopes: ['read'] }) });
    open('/vehicles#register');
    await screen.findByText('ABC 001');
    expect(screen.queryByRole('button', { name: 'Register a vehicle' })).toBeNull();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('opens by its address, which is asked once', async () => {
    served();
    const { router } = open('/vehicles?status=disconnected#register');
    expect(await screen.findByLabelText('VIN')).toHaveFocus();
    await waitFor(() => expect(router.state.location.href).toBe('/vehicles?status=disconnected'));
  });

  it('sends what was typed, with a customer that is known, and shows the vehicle as of then', async () => {
    const asked = served();
    const { router } = open('/vehicles');
    await begin();
    await fill('kalles grus ab');
    await userEvent.type(screen.getByLabelText('Grace, seconds'), '45');
    await register();
    await waitFor(() => expect(router.state.location.pathname).toBe(`/vehicles/${vin}`));
    expect(JSON.parse(asked.find(({ method }) => method === 'POST')?.body ?? '')).toEqual({
      vin,
      registrationNumber: 'ABC 002',
      customerId: 'D',
      graceSeconds: 45,
    });
    expect(asked.some(({ search }) => search.get('after') === 'p.7')).toBe(true);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('registers a customer of a new name along with it, and says so before', async () => {
    const asked = served();
    open('/vehicles');
    await begin();
    await fill('Nya Åkeriet');
    expect(await screen.findByText(/No customer is called so/)).toBeVisible();
    await register();
    await waitFor(() => expect(asked.some(({ method }) => method === 'POST')).toBe(true));
    expect(JSON.parse(asked.find(({ method }) => method === 'POST')?.body ?? '')).toMatchObject({
      customer: 'Nya Åkeriet',
    });
  });

  it('says what is missing without asking', async () => {
    const asked = served();
    open('/vehicles');
    await begin();
    await userEvent.type(await screen.findByLabelText('Interval, seconds'), 'soon');
    await register();
    await waitFor(() => expect(screen.getByLabelText('VIN')).toBeInvalid());
    for (const name of ['Plate', 'Customer', 'Interval, seconds']) expect(screen.getByLabelText(name)).toBeInvalid();
    expect(asked.some(({ method }) => method === 'POST')).toBe(false);
  });

  it('shows what the service says at its fields, and asks before it loses what was typed', async () => {
    served({
      'POST /api/v1/vehicles': () =>
        problem(422, 'several fields are wrong', [
          { location: 'vin', message: 'a VIN has 17 characters, this one has 3' },
          { location: 'registrationNumber', message: 'belongs to another vehicle' },
        ]),
    });
    open('/vehicles');
    await begin();
    await fill('Kalles Grus AB');
    await register();
    expect(await screen.findByText('a VIN has 17 characters, this one has 3')).toBeVisible();
    expect(screen.getByLabelText('Plate')).toHaveAccessibleDescription('belongs to another vehicle');
    expect(screen.getByLabelText('Plate')).toHaveValue('ABC 002');
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    await userEvent.click(screen.getByRole('button', { name: 'Keep it' }));
    expect(screen.getByLabelText('Customer')).toHaveValue('Kalles Grus AB');
  });

  it('shows what the service wants people to look at before the vehicle', async () => {
    served({
      'POST /api/v1/vehicles': () => ({ ...neverSeen('2'), position: 'p.7', warnings: ['the VIN looks odd'] }),
    });
    const { router } = open('/vehicles');
    await begin();
    await fill('Kalles Grus AB');
    await register();
    expect(await screen.findByText('the VIN looks odd')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Show the vehicle' }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/vehicles/${vin}`));
  });
});
