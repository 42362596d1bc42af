import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { asOf, open, problem, service, vehicle } from '../test/screen';

const found = () => ({
  items: [
    { text: 'abc 001', vehicles: [vehicle('1', 'disconnected')] },
    { text: 'NOPE1', vehicles: [] },
    { text: 'twice', vehicles: [vehicle('2', 'connected'), vehicle('3', 'connected')] },
    { text: 'ABC001', duplicate: true, vehicles: [vehicle('1', 'disconnected')] },
  ],
  found: 3,
  unknown: ['NOPE1'],
  ...asOf(1),
});

beforeEach(() => sessionStorage.clear());

describe('a pasted list', () => {
  it('shows every name in its order, duplicates and namesakes too, and names the unknown on top', async () => {
    const asked = service({ 'POST /api/v1/vehicles:lookup': found });
    open('/lookup');
    await userEvent.type(await screen.findByRole('textbox'), 'abc 001{Control>}{Enter}{/Control}');
    expect(await screen.findByRole('heading', { name: '3 vehicles found, 1 name unknown' })).toBeVisible();
    const names = screen.getAllByRole('row').map((row) => row.textContent);
    expect(names.map((name) => /^(abc 001|NOPE1\s*unknown|twice\s*one of 2|ABC001\s*again)/.test(name))).toEqual([
      false, // the names of the columns
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(screen.getByRole('list', { name: 'By status' })).toHaveTextContent(
      'Disconnected 1 Connected 2 Never seen 0',
    );
    expect(screen.getByRole('button', { name: 'Copy the unknown names' })).toBeVisible();
    expect(asked.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual(['{"text":"abc 001"}']);
  });

  it('is there again when one comes back to it', async () => {
    sessionStorage.setItem('fleetbeat-lookup', 'abc 001');
    service({ 'POST /api/v1/vehicles:lookup': found });
    open('/lookup');
    expect(await screen.findByRole('textbox')).toHaveValue('abc 001');
    expect(await screen.findByRole('heading', { name: /3 vehicles found/ })).toBeVisible();
  });

  it('follows what happens', async () => {
    sessionStorage.setItem('fleetbeat-lookup', 'x');
    let status: 'connected' | 'disconnected' = 'disconnected';
    service({
      'POST /api/v1/vehicles:lookup': () => ({
        items: [{ text: 'x', vehicles: [vehicle('1', status)] }],
        found: 1,
        unknown: [],
        ...asOf(1),
      }),
    });
    const { happened } = open('/lookup');
    expect(await screen.findByRole('row', { name: /Disconnected/ })).toBeVisible();
    status = 'connected';
    happened();
    expect(await screen.findByRole('row', { name: /Connected/ })).toBeVisible();
  });

  it('says why the service would not, in its words, and loses nothing that was pasted', async () => {
    service({ 'POST /api/v1/vehicles:lookup': () => problem(422, 'a lookup takes at most 1,000 names') });
    open('/lookup');
    await userEvent.type(await screen.findByRole('textbox'), 'many');
    await userEvent.click(screen.getByRole('button', { name: 'Look up' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('a lookup takes at most 1,000 names');
    expect(screen.getByRole('textbox')).toHaveValue('many');
  });

  it('forgets what is cleared', async () => {
    sessionStorage.setItem('fleetbeat-lookup', 'abc 001');
    service({ 'POST /api/v1/vehicles:lookup': found });
    open('/lookup');
    await userEvent.click(await screen.findByRole('button', { name: 'Clear' }));
    await waitFor(() => expect(screen.queryByRole('table')).not.toBeInTheDocument());
    expect(sessionStorage.getItem('fleetbeat-lookup')).toBe('');
  });
});
