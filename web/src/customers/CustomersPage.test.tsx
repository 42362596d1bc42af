import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { type Answer, asOf, open, problem, service as serve } from '../test/screen';
import type { Customer } from './customer';

const customer = (id: string, name: string, more: Partial<Customer> = {}): Customer => ({
  id,
  name,
  counts: { connected: 10, disconnected: 0, never_seen: 0 },
  ...more,
});
const haralds = customer('H', 'Haralds Värdetransporter AB', {
  address: 'Uppsala, SE',
  counts: { connected: 283, disconnected: 29, never_seen: 0 },
  usual: { lo: 2, hi: 5 },
  beyond: 24,
  longest: { vin: 'YS2R4X20005399401', registrationNumber: 'ABC 001', since: '2026-11-12T10:07:00Z' },
});
const lapin = customer('L', 'Lapin Puutavara Oy', { usual: { lo: 0, hi: 5 }, beyond: 0, intervalSeconds: 300 });

/** A service with customers, found by name. */
function service(customers: Customer[], answers: Record<string, Answer> = {}) {
  let second = 0;
  return serve({
    'GET /api/v1/settings': () => ({ intervalSeconds: 60, graceSeconds: 30 }),
    'GET /api/v1/customers': ({ search }) => {
      const items = customers.filter(({ name }) => name.toLowerCase().includes(search.get('q') ?? ''));
      return { items, total: items.length, ...asOf(second++) };
    },
    'GET /api/v1/customers/{id}': ({ path }) => customers.find(({ id }) => path.endsWith(`/${id}`)),
    ...answers,
  });
}

describe('while the server is gone', () => {
  it('customers can be looked at, and neither exported nor edited', async () => {
    service([haralds, lapin]);
    const { stands } = await openGone();
    stands('lost');
    const export_ = await screen.findByRole('button', { name: 'Export' });
    expect(export_).toBeDisabled();
    for (const name of ['Settings for all', 'Register customer', 'Edit Haralds Värdetransporter AB'])
      expect(screen.getByRole('button', { name })).toBeDisabled();
    await userEvent.keyboard('n');
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });

  it('a form keeps what was typed, and cannot be sent', async () => {
    const asked = service([haralds]);
    const { contact, stands } = open('/customers');
    await screen.findByRole('row', { name: /Haralds/ });
    await userEvent.keyboard('n');
    await userEvent.type(await screen.findByLabelText('Name'), 'Ny AB');
    vi.spyOn(contact, 'gone').mockReturnValue(true);
    stands('lost');
    expect(await screen.findByText('No contact with the server. What you typed stays here.')).toBeVisible();
    await userEvent.keyboard('{Enter}');
    expect(screen.getByLabelText('Name')).toHaveValue('Ny AB');
    expect(asked.filter(({ method }) => method === 'POST')).toEqual([]);
  });
});

/** Opens the list and takes the server away. */
async function openGone() {
  const opened = open('/customers');
  await screen.findByRole('row', { name: /Haralds/ });
  vi.spyOn(opened.contact, 'gone').mockReturnValue(true);
  return opened;
}

describe('a link to the form', () => {
  it('opens it once: Back leads to where one came from', async () => {
    service([haralds]);
    const { router } = open('/customers?q=har');
    await screen.findByRole('row', { name: /Haralds/ });
    await act(() => router.navigate({ to: '/customers', hash: 'register' }));
    expect(await screen.findByRole('dialog', { name: 'Register a customer' })).toBeVisible();
    expect(router.state.location.hash).toBe('');
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    act(() => router.history.back());
    await waitFor(() => expect(router.state.location.searchStr).toBe('?q=har'));
    act(() => router.history.forward());
    await waitFor(() => expect(router.state.location.searchStr).toBe(''));
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });

  it('opens nothing for who may not register', async () => {
    service([haralds], { 'GET /api/v1/session': () => ({ needed: true, scopes: ['read'] }) });
    open('/customers#register');
    await screen.findByRole('row', { name: /Haralds/ });
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });
});

describe('the list of customers', () => {
  it('shows each with its numbers, what is unusual first', async () => {
    const asked = service([haralds, lapin]);
    open('/customers');
    expect(await screen.findByRole('heading', { name: '2 customers' })).toBeVisible();
    const row = await screen.findByRole('row', { name: /Haralds/ });
    for (const text of ['Uppsala, SE', '312', '90.7 %', '+24']) expect(within(row).getByText(text)).toBeInTheDocument();
    expect(within(row).getByRole('img', { name: '283 connected, 29 disconnected' })).toBeInTheDocument();
    expect(within(screen.getByRole('row', { name: /Lapin/ })).getByText('within')).toBeInTheDocument();
    const lists = asked.filter(({ path }) => path.startsWith('/api/v1/customers'));
    expect(lists.every(({ search }) => search.get('sort') === '-beyond' && search.get('limit') === '200')).toBe(true);
  });

  it('keeps search and order in the address', async () => {
    service([haralds, lapin]);
    const { router } = open('/customers?q=lapin');
    expect(await screen.findByRole('heading', { name: '1 customer matches' })).toBeVisible();
    expect(screen.getByRole('searchbox')).toHaveValue('lapin');
    await userEvent.clear(screen.getByRole('searchbox'));
    await waitFor(() => expect(router.state.location.searchStr).toBe(''));
    await userEvent.click(screen.getByRole('button', { name: 'Vehicles' }));
    await waitFor(() => expect(router.state.location.searchStr).toBe('?sort=-vehicles'));
    expect(screen.getByRole('columnheader', { name: 'Vehicles' })).toHaveAttribute('aria-sort', 'descending');
    act(() => router.history.back());
    await waitFor(() => expect(router.state.location.searchStr).toBe(''));
  });

  it('leads to the vehicles of a customer, by keys alone too', async () => {
    service([haralds, lapin]);
    const { router } = open('/customers');
    await screen.findByRole('row', { name: /Lapin/ });
    await userEvent.keyboard('jj{Enter}');
    await waitFor(() =>
      expect(router.state.location.pathname + router.state.location.searchStr).toBe('/vehicles?customer=L'),
    );
  });

  it('patches rows in place, and keeps their order until it is asked to apply another', async () => {
    const fleet = [haralds, lapin];
    service(fleet);
    const { happened } = open('/customers');
    await screen.findByRole('row', { name: /Haralds/ });
    fleet.reverse();
    fleet[0] = { ...lapin, beyond: 40, counts: { connected: 0, disconnected: 45, never_seen: 0 } };
    happened();
    expect(await screen.findByText('+40')).toBeInTheDocument();
    const names = () => screen.getAllByRole('row').map((row) => /Haralds|Lapin/.exec(row.textContent)?.[0]);
    expect(names()).toEqual([undefined, 'Haralds', 'Lapin']);
    await userEvent.keyboard('u');
    await waitFor(() => expect(names()).toEqual([undefined, 'Lapin', 'Haralds']));
  });
});

describe('registering a customer', () => {
  it('says what is wrong at its field, keeps what was typed, and then shows the customer', async () => {
    const customers = [haralds];
    let taken = true;
    const asked = service(customers, {
      'POST /api/v1/customers': ({ body }) => {
        if (taken) {
          taken = false;
          return problem(409, 'name: taken', [{ location: 'name', message: 'there is a customer named "X" already' }]);
        }
        const written = { id: 'N', ...(JSON.parse(body) as { name: string }) };
        customers.push(customer('N', written.name));
        return { ...written, position: 'log.7' };
      },
    });
    open('/customers');
    await screen.findByRole('row', { name: /Haralds/ });
    await userEvent.keyboard('n');
    const name = await screen.findByRole('textbox', { name: 'Name' });
    await userEvent.type(name, 'Fjordlast AS');
    await userEvent.type(screen.getByRole('textbox', { name: 'Grace, seconds' }), '15');
    await userEvent.click(screen.getByRole('button', { name: 'Register' }));
    expect(await screen.findByText('There is a customer named "X" already.')).toBeVisible();
    expect(name).toHaveValue('Fjordlast AS');
    expect(name).toBeInvalid();
    await userEvent.click(screen.getByRole('button', { name: 'Register' }));
    expect(await screen.findByText('Fjordlast AS is registered.')).toBeVisible();
    expect(await screen.findByRole('row', { name: /Fjordlast/ })).toBeInTheDocument();
    const posts = asked.filter(({ method }) => method === 'POST');
    expect(posts.map(({ body }) => JSON.parse(body) as unknown)).toEqual(
      [1, 2].map(() => ({ name: 'Fjordlast AS', graceSeconds: 15 })),
    );
    expect(asked.some(({ search }) => search.get('after') === 'log.7')).toBe(true);
  });

  it('does not lose what was typed by a key', async () => {
    service([haralds]);
    open('/customers');
    await screen.findByRole('row', { name: /Haralds/ });
    await userEvent.click(screen.getByRole('button', { name: 'Register customer' }));
    await userEvent.type(await screen.findByRole('textbox', { name: 'Name' }), 'Half a na');
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(screen.getByText('Discard what you typed?')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Keep it' }));
    expect(screen.getByRole('textbox', { name: 'Name' })).toHaveValue('Half a na');
  });
});

describe('editing', () => {
  it('sends what was changed alone, and an emptied interval inherits again', async () => {
    const asked = service([lapin], {
      'PATCH /api/v1/customers/{id}': () => ({ id: 'L', name: 'Lapin Oy', position: 'log.8' }),
    });
    open('/customers');
    await screen.findByRole('row', { name: /Lapin/ });
    await userEvent.keyboard('ji');
    const interval = await screen.findByRole('textbox', { name: 'Interval, seconds' });
    expect(interval).toHaveValue('300');
    await userEvent.clear(interval);
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('Lapin Oy is saved.')).toBeVisible();
    expect(asked.find(({ method }) => method === 'PATCH')?.body).toBe('{"intervalSeconds":null}');
  });

  it('of the settings for all refuses words, and sends the one that was changed', async () => {
    const asked = service([lapin], {
      'PATCH /api/v1/settings': () => ({ intervalSeconds: 90, graceSeconds: 30, position: 'log.9' }),
    });
    open('/customers');
    await userEvent.click(await screen.findByRole('button', { name: 'Settings for all' }));
    const interval = await screen.findByRole('textbox', { name: 'Interval, seconds' });
    await waitFor(() => expect(interval).toHaveValue('60'));
    await userEvent.clear(interval);
    await userEvent.type(interval, 'soon{Enter}');
    expect(await screen.findByText('Must be a whole number of seconds.')).toBeVisible();
    await userEvent.clear(interval);
    await userEvent.type(interval, '90{Enter}');
    expect(await screen.findByText('The settings for all are saved.')).toBeVisible();
    expect(asked.filter(({ method }) => method === 'PATCH').map(({ body }) => body)).toEqual([
      '{"intervalSeconds":90}',
    ]);
  });
});

describe('where there is nothing to show', () => {
  it('says how to get a customer', async () => {
    service([]);
    open('/customers');
    expect(await screen.findByRole('heading', { name: 'No customers yet' })).toBeVisible();
    expect(screen.getAllByRole('link', { name: 'Import CSV' })).toHaveLength(2);
  });

  it('leads out of a search that finds none', async () => {
    service([haralds]);
    open('/customers?q=zzz');
    expect(await screen.findByRole('heading', { name: 'No customer matches “zzz”' })).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Show all customers' }));
    expect(await screen.findByRole('row', { name: /Haralds/ })).toBeInTheDocument();
  });

  it('shows the reason of the server, and tries again when asked', async () => {
    let down = true;
    service([haralds], {
      'GET /api/v1/customers': () =>
        down ? problem(503, 'the views are being built') : { items: [haralds], total: 1, ...asOf(1) },
    });
    open('/customers');
    expect(await screen.findByText('the views are being built')).toBeVisible();
    down = false;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('row', { name: /Haralds/ })).toBeInTheDocument();
  });

  it('offers nothing that a key may not do', async () => {
    service([haralds], { 'GET /api/v1/session': () => ({ needed: true, scopes: ['read'], customerId: 'H' }) });
    open('/customers');
    expect(await screen.findByRole('row', { name: /Haralds/ })).toBeInTheDocument();
    for (const name of ['Register customer', 'Settings for all', /^Edit/])
      expect(screen.queryByRole('button', { name })).not.toBeInTheDocument();
    expect(screen.queryByRole('link', { name: 'Import CSV' })).not.toBeInTheDocument();
    await userEvent.keyboard('nji');
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Export' })).toBeVisible();
  });
});
