import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Change } from '../live/messages';
import { asOf, open, problem, service } from '../test/screen';
import type { Happened } from './feed';
import { changed } from './testing';
import './FeedPage'; // the chunk is not what these tests wait for

/** A service whose last changes are these, newest first. */
function serve(list: () => Happened[] | Response) {
  let second = 0;
  return service({
    'GET /api/v1/changes': () => {
      const items = list();
      return items instanceof Response ? items : { items, position: 'aaaaaaaa.99', ...asOf(second++) };
    },
    'GET /api/v1/vehicles': () => ({
      items: [],
      total: 2,
      counts: { connected: 1, disconnected: 1, never_seen: 0 },
      ...asOf(second++),
    }),
  });
}

const told = ({ position, status, ...data }: Happened): Change => ({ id: position, event: status, data });
const plates = () =>
  within(screen.getByRole('table', { name: /Changes/ }))
    .getAllByRole('link')
    .map(({ textContent }) => textContent);

describe('the live feed', () => {
  it('goes on from the last changes by the stream, without a double', async () => {
    serve(() => [changed(2, 2), changed(1, 1)]);
    const { happened } = open('/live');
    expect(await screen.findByRole('link', { name: 'ABC 2' })).toBeVisible();
    happened(told(changed(2, 2)));
    happened(told(changed(3, 3, { statusBefore: 'never_seen' })));
    await waitFor(() => expect(plates()).toEqual(['ABC 3', 'ABC 2', 'ABC 1']));
    expect(screen.getByText('first heartbeat')).toBeVisible();
  });

  it('stands still while it is paused, and says what came', async () => {
    serve(() => [changed(1, 1)]);
    const { happened } = open('/live');
    await screen.findByRole('link', { name: 'ABC 1' });
    await userEvent.keyboard(' ');
    happened(told(changed(2, 2)));
    expect(await screen.findByRole('button', { name: /1 new – resume/ })).toBeVisible();
    expect(plates()).toEqual(['ABC 1']);
    await userEvent.keyboard(' ');
    await waitFor(() => expect(plates()).toEqual(['ABC 2', 'ABC 1']));
  });

  it('asks the service for the filter, and takes from the stream what it means', async () => {
    const asked = serve(() => [changed(1, 1)]);
    const { happened } = open('/live?customer=c1&status=connected,never_seen');
    await screen.findByRole('link', { name: 'ABC 1' });
    happened(told(changed(2, 2, { customer: { id: 'c2', name: 'Anna' } })));
    happened(told(changed(3, 3, { status: 'disconnected' })));
    happened(told(changed(4, 4)));
    await waitFor(() => expect(plates()).toEqual(['ABC 4', 'ABC 1']));
    const { search } = asked.find(({ path }) => path.startsWith('/api/v1/changes')) ?? {};
    expect([search?.getAll('customer'), search?.getAll('status')]).toEqual([['c1'], ['connected']]);
    expect(screen.queryByText('Silent for')).not.toBeInTheDocument();
  });

  it('stays paused under another filter, with what is there then', async () => {
    serve(() => [changed(1, 0)]);
    const { happened, router } = open('/live');
    await screen.findByRole('link', { name: 'ABC 1' });
    await userEvent.keyboard(' ');
    expect(await screen.findByText('Paused – resume')).toBeVisible();
    await act(() => router.navigate({ to: '/live', search: { status: ['connected'] } }));
    expect(await screen.findByRole('link', { name: 'ABC 1' })).toBeInTheDocument();
    happened(told(changed(2, 1)));
    expect(await screen.findByText('1 new – resume')).toBeVisible();
    expect(plates()).toEqual(['ABC 1']);
  });

  it('opens a group of a burst to its vehicles, by keyboard', async () => {
    serve(() => Array.from({ length: 60 }, (_, i) => changed(60 - i, 0)));
    open('/live');
    const group = await screen.findByRole('button', { name: '60 changes of Johans Bulk AB' });
    expect(screen.getByText(/More than 50 changes a second/)).toBeVisible();
    await userEvent.keyboard('j');
    await waitFor(() => expect(group).toHaveFocus());
    await userEvent.keyboard('{Enter}');
    expect(group).toHaveAttribute('aria-expanded', 'true');
    expect(await screen.findByRole('link', { name: 'ABC 60' })).toBeInTheDocument();
  });

  it('says why nothing is there, in the words of the service where it refused', async () => {
    let list: Happened[] | Response = problem(503, 'the view is being rebuilt');
    serve(() => list);
    open('/live');
    expect(await screen.findByText('the view is being rebuilt')).toBeVisible();
    list = [];
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByText('Nothing has changed yet')).toBeVisible();
  });
});
