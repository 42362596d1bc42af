import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, asOf, open, problem, service, vehicle } from '../test/screen';

beforeEach(() => localStorage.clear());

const counts = { connected: 2, disconnected: 1, never_seen: 0 };

function serving(more: Record<string, Answer> = {}) {
  return service({
    'GET /api/v1/vehicles': ({ search }) => {
      const found = ['1', '2'].map((plate) => vehicle(plate, 'disconnected'));
      const q = search.get('q')?.toUpperCase();
      const items = q === undefined ? [] : found.filter(({ registrationNumber }) => registrationNumber.includes(q));
      return { items, total: items.length, counts, ...asOf(1) };
    },
    'GET /api/v1/customers': ({ search }) => ({
      items: search.get('q') === 'johan' ? [{ id: 'C', name: 'Johans Bulk AB', counts }] : [],
      total: 1,
      ...asOf(1),
    }),
    ...more,
  });
}

async function opened(more: Record<string, Answer> = {}, path = '/lookup') {
  const asked = serving(more);
  const all = open(path);
  await screen.findByRole('button', { name: 'Go to vehicle, customer, action' });
  await userEvent.keyboard('{Control>}k{/Control}');
  const field = await screen.findByRole('combobox', { name: 'Go to vehicle, customer, action' });
  field.focus();
  await waitFor(() => expect(asked.some(({ path }) => path === '/api/v1/session')).toBe(true));
  return { ...all, asked, field };
}

const options = () => screen.getAllByRole('option').map((option) => option.textContent);
const active = () => {
  const id = screen.getByRole('combobox').getAttribute('aria-activedescendant');
  return id === null ? undefined : document.getElementById(id)?.textContent;
};

describe('the palette', () => {
  it('leads to a page by its first letters, and closes', async () => {
    const { router } = await opened();
    await userEvent.keyboard('cust');
    await waitFor(() => expect(active()).toContain('Customers'));
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(router.state.location.pathname).toBe('/customers'));
    expect(screen.queryByRole('combobox')).toBeNull();
  });

  it('finds vehicles on the server, after a pause in typing, and leads to one', async () => {
    const { router, asked } = await opened();
    await userEvent.keyboard('abc 002');
    expect(await screen.findByRole('option', { name: /ABC 002 Disconnected YS2R4X20005399402 Johans/ })).toBeVisible();
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(router.state.location.pathname).toBe('/vehicles/YS2R4X20005399402'));
    const searches = asked.filter(({ path, search }) => path.startsWith('/api/v1/vehicles') && search.has('q'));
    expect(searches.length).toBeLessThan('abc 002'.length);
    expect(searches.at(-1)?.search.get('limit')).toBe('6');
  });

  it('waits with Enter for the answer to what was typed', async () => {
    let answer: (found: unknown) => void = () => undefined;
    const held = new Promise((resolve) => {
      answer = resolve;
    });
    const { router } = await opened({
      'GET /api/v1/vehicles': ({ search }) =>
        search.get('q') === 'abc 002' ? held : { items: [vehicle('1', 'connected')], total: 1, counts, ...asOf(1) },
    });
    await userEvent.keyboard('abc');
    await screen.findByRole('option', { name: /ABC 001/ });
    await userEvent.keyboard(' 002{Enter}');
    await waitFor(() => expect(screen.getByText('Searching…')).toBeVisible());
    expect(router.state.location.pathname).toBe('/lookup');
    answer({ items: [vehicle('2', 'connected')], total: 1, counts, ...asOf(2) });
    await waitFor(() => expect(router.state.location.pathname).toBe('/vehicles/YS2R4X20005399402'));
  });

  it('leads to the vehicles of a customer', async () => {
    const { router } = await opened();
    await userEvent.keyboard('johan');
    await userEvent.click(await screen.findByRole('option', { name: /Johans Bulk AB 3 vehicles, 1 disconnected/ }));
    await waitFor(() => expect(router.state.location.href).toBe('/vehicles?customer=C'));
  });

  it('goes up and down through all, round the ends, with focus in the field', async () => {
    const { field } = await opened();
    const all = options();
    expect(active()).toBe(all[0]);
    await userEvent.keyboard('{ArrowDown}');
    expect(active()).toBe(all[1]);
    await userEvent.keyboard('{ArrowUp}{ArrowUp}');
    expect(active()).toBe(all.at(-1));
    expect(field).toHaveFocus();
    expect(field).toHaveAttribute('aria-controls', screen.getByRole('listbox').id);
  });

  it('offers what changes the registry to those who may alone', async () => {
    await opened({ 'GET /api/v1/session': () => ({ needed: true, scopes: ['read'] }) });
    const actions = within(screen.getByRole('group', { name: 'Actions' }));
    expect(actions.getByText('Paste a list')).toBeVisible();
    for (const not of ['Register customer', 'Import a CSV', 'API keys']) expect(actions.queryByText(not)).toBeNull();
  });

  it('says what the server says where it cannot search, and that nothing was found', async () => {
    await opened({ 'GET /api/v1/customers': () => problem(503, 'the view is being built') });
    await userEvent.keyboard('xyzzy');
    expect(await screen.findByText(/cannot be searched: the view is being built/)).toBeVisible();
  });

  it('says that nothing is called so', async () => {
    await opened();
    await userEvent.keyboard('xyzzy');
    expect(await screen.findByText('Nothing is called “xyzzy”.')).toBeVisible();
    expect(screen.queryByRole('option')).toBeNull();
  });

  it('opens the help in its place', async () => {
    await opened();
    await userEvent.keyboard('short{Enter}');
    expect(await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    expect(screen.queryByRole('combobox')).toBeNull();
  });
});
