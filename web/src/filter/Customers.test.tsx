import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { asOf, open, service as serve, vehicle } from '../test/screen';

const counts = { connected: 1, disconnected: 2, never_seen: 0 };
const far = { id: 'FAR', name: 'Wielkopolska Spedycja', counts };

function service() {
  return serve({
    'GET /api/v1/vehicles': () => ({
      items: [vehicle('1', 'connected')],
      total: 1,
      counts,
      facets: {
        customers: [{ id: 'C', name: 'Johans Bulk AB', total: 1, disconnected: 0 }],
        silentFor: [{ count: 0 }],
      },
      ...asOf(1),
    }),
    'GET /api/v1/customers': ({ search }) => ({ items: search.has('q') ? [far] : [], total: 46, ...asOf(1) }),
    'GET /api/v1/customers/{id}': ({ path }) => (path.endsWith('/FAR') ? { ...far, ...asOf(1) } : undefined),
  });
}

describe('the customers of a filter', () => {
  it('are found among all by a part of the name, with the keyboard alone', async () => {
    const asked = service();
    const { router } = open('/vehicles');
    const box = await screen.findByRole('combobox', { name: 'Find customers' });
    await waitFor(() => expect(box).toHaveAttribute('placeholder', 'Find among 46 customers'));
    await userEvent.type(box, 'wielko');
    expect(await screen.findByRole('option', { name: /Wielkopolska Spedycja\s*3/ })).toBeInTheDocument();
    expect(asked.filter(({ search }) => search.has('q')).map(({ search }) => search.get('q'))).toContain('wielko');
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(router.state.location.searchStr).toBe('?customer=FAR'));
    expect(box).toHaveValue('');
  });

  it('have their names in the rail and in the pills, also where they are not among the ten', async () => {
    service();
    open('/vehicles?customer=FAR,NONE');
    expect(await screen.findByRole('checkbox', { name: /Wielkopolska Spedycja/ })).toBeChecked();
    expect(
      await screen.findByRole('button', { name: 'Without Customer Wielkopolska Spedycja, unknown (NONE)' }),
    ).toBeVisible();
  });
});
