import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, asOf, open, problem, service, vehicle } from '../test/screen';
import { detail } from './fixtures';

const path = '/vehicles/YS2R4X20005399401';

function served(more: Record<string, Answer> = {}) {
  return service({
    'GET /api/v1/vehicles/{vin}': () => detail(vehicle('1', 'disconnected')),
    'GET /api/v1/vehicles/{vin}/timeline': () => ({ intervals: [], longestDisconnectedSeconds: 0, ...asOf(1) }),
    'GET /api/v1/vehicles': () => ({
      items: [],
      total: 0,
      ...asOf(1),
      counts: { connected: 0, disconnected: 0, never_seen: 0 },
    }),
    'GET /api/v1/customers': () => ({
      items: [{ id: 'D', name: 'Kalles Grus AB', counts: { connected: 0, disconnected: 0, never_seen: 0 } }],
      total: 1,
      ...asOf(1),
    }),
    ...more,
  });
}

beforeEach(() => {
  // jsdom has dialogs, but cannot open them.
  HTMLDialogElement.prototype.showModal = function show() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
});

const edit = async () => userEvent.click(await screen.findByRole('button', { name: 'Edit' }));

describe('editing a vehicle', () => {
  it('is not offered to who may not', async () => {
    served({ 'GET /api/v1/session': () => ({ needed: true, scopes: ['read'] }) });
    open(path);
    await screen.findByRole('heading', { name: 'ABC 001' });
    expect(screen.queryByRole('button', { name: 'Edit' })).not.toBeInTheDocument();
  });

  it('sends what was changed, and reads what it made of it', async () => {
    const asked = served({ 'PATCH /api/v1/vehicles/{vin}': () => ({ position: 'p.7' }) });
    open(path);
    await edit();
    await userEvent.clear(await screen.findByLabelText('Plate'));
    await userEvent.type(screen.getByLabelText('Plate'), 'XYZ 789');
    await userEvent.clear(screen.getByLabelText('Customer'));
    await userEvent.type(screen.getByLabelText('Customer'), 'kalles grus ab');
    await userEvent.type(screen.getByLabelText('Grace, seconds'), '45');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
    const written = asked.find(({ method }) => method === 'PATCH');
    expect(JSON.parse(written?.body ?? '')).toEqual({
      registrationNumber: 'XYZ 789',
      customerId: 'D',
      graceSeconds: 45,
    });
    expect(asked.some(({ search }) => search.get('after') === 'p.7')).toBe(true);
  });

  it('shows what is wrong at its field, and loses nothing that was typed', async () => {
    served({
      'PATCH /api/v1/vehicles/{vin}': () =>
        problem(409, 'taken', [{ location: 'registrationNumber', message: 'belongs to another vehicle' }]),
    });
    open(path);
    await edit();
    const plate = await screen.findByLabelText('Plate');
    await userEvent.type(plate, '9');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('belongs to another vehicle')).toBeVisible();
    expect(plate).toHaveValue('ABC 0019');
    expect(plate).toHaveAccessibleDescription('belongs to another vehicle');
    expect(plate).toBeInvalid();
  });

  it('shows what the service wants people to look at before it closes', async () => {
    served({ 'PATCH /api/v1/vehicles/{vin}': () => ({ position: 'p.7', warnings: ['the plate looks odd'] }) });
    open(path);
    await edit();
    await userEvent.type(await screen.findByLabelText('Plate'), '9');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('the plate looks odd')).toBeVisible();
  });

  it('keeps what was typed on the way to the end and back, and asks before it is lost', async () => {
    served();
    open(path);
    await edit();
    await userEvent.type(await screen.findByLabelText('Plate'), '9');
    await userEvent.click(screen.getByRole('button', { name: 'Decommission…' }));
    await userEvent.click(screen.getByRole('button', { name: 'Back' }));
    expect(screen.getByLabelText('Plate')).toHaveValue('ABC 0019');
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(screen.getByText('Discard what you typed?')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Discard' }));
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });

  it('decommissions once the plate has been typed, and goes back to the list', async () => {
    const asked = served({ 'DELETE /api/v1/vehicles/{vin}': () => ({ position: 'p.8' }) });
    const { router } = open(`${path}?status=disconnected`);
    await edit();
    await userEvent.click(await screen.findByRole('button', { name: 'Decommission…' }));
    await userEvent.click(screen.getByRole('button', { name: 'Decommission' }));
    expect(await screen.findByText('Type ABC 001 to confirm.')).toBeVisible();
    expect(asked.some(({ method }) => method === 'DELETE')).toBe(false);
    await userEvent.type(screen.getByLabelText('Type ABC 001 to confirm'), 'abc001');
    await userEvent.click(screen.getByRole('button', { name: 'Decommission' }));
    await waitFor(() => expect(router.state.location.href).toBe('/vehicles?status=disconnected'));
    expect(asked.some(({ method }) => method === 'DELETE')).toBe(true);
  });
});
