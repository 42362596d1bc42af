import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { asOf, open, problem, service as serve } from '../test/screen';
import { past } from './pastForTests';
import { customers, now, service, transition } from './serviceForTests';

const link = (name: RegExp) => screen.findByRole('link', { name });
const table = (name: RegExp) => screen.findByRole('table', { name });

describe('the overview of the whole fleet', () => {
  it('names how many vehicles, of how many customers, as of when', async () => {
    service();
    open('/');
    expect(await screen.findByRole('heading', { level: 1, name: 'All 12,480 vehicles' })).toBeVisible();
    expect(await screen.findByText(/^2 customers, as of/)).toHaveTextContent(/as of 14:00:0\d\.0 UTC$/);
  });

  it('has a tile a status: number, change against an hour ago in words, share; the tile leads to its vehicles', async () => {
    service();
    open('/');
    const tile = await link(/^Disconnected 187$/);
    expect(tile).toHaveAttribute('href', '/vehicles?status=disconnected');
    await screen.findByText('157 more');
    expect(tile.closest('li')).toHaveTextContent(/157 more than an hour ago\s*1\.5 % of the fleet/);
    expect((await link(/^Connected 12,236$/)).closest('li')).toHaveTextContent(
      /12,166 more than an hour ago\s*98\.0 %/,
    );
    expect(await link(/^Never seen 57$/)).toHaveAttribute('href', '/vehicles?status=never_seen');
  });

  it('shows the last day against what was usual, in words too', async () => {
    service();
    open('/');
    expect(
      await screen.findByRole('img', { name: /^The last 24 hours: from 30 to 187 disconnected, now 187; usual/ }),
    ).toBeInTheDocument();
    expect(screen.getByText('usual at this hour 30–30')).toBeInTheDocument();
  });

  it('cuts the silent by age; each part leads to those and says that it leads to more', async () => {
    service();
    open('/');
    const part = await link(/^38 5 min – 1 h; opens all 141 silent for more than 5 min, the shortest first$/);
    expect(part).toHaveAttribute('href', '/vehicles?status=disconnected&silentFor=5m&sort=-since');
    expect(await link(/^46 under 5 min; opens all 187 disconnected/)).toHaveAttribute(
      'href',
      '/vehicles?status=disconnected&sort=-since',
    );
    expect(await link(/^18 over 7 d; opens all 18 silent for more than 7 d$/)).toHaveAttribute(
      'href',
      '/vehicles?status=disconnected&silentFor=7d',
    );
  });

  it('ranks who is beyond what is usual, and counts who is not', async () => {
    service();
    open('/');
    const rows = await table(/More disconnected than usual/);
    expect(
      await within(rows).findByRole('img', { name: '29 disconnected, usually 2–5: 24 beyond' }),
    ).toBeInTheDocument();
    expect(within(rows).getByRole('link', { name: /Haralds/ })).toHaveAttribute(
      'href',
      '/vehicles?customer=h&status=disconnected',
    );
    expect(within(rows).queryByText('Johans Bulk AB')).not.toBeInTheDocument();
    expect(screen.getByText(/1 customer is within its usual range\./)).toBeInTheDocument();
  });

  it('asks for ten of many customers, and does not count those that it has not seen', async () => {
    const many = Array.from({ length: 201 }, (_, i) => ({
      id: `m${i}`,
      name: `Customer ${i}`,
      counts: { connected: 1, disconnected: i < 12 ? 9 : 0, never_seen: 0 },
      usual: { lo: 0, hi: 1 },
    }));
    const { of } = service({ customers: many });
    const { happened } = open('/');
    expect(await screen.findByText(/^201 customers, as of/)).toBeInTheDocument();
    expect(await screen.findByText(/The furthest beyond of many/)).toBeInTheDocument();
    expect(screen.queryByText(/within their usual range/)).not.toBeInTheDocument();
    happened();
    const asked = () => of('/api/v1/customers').filter(({ search }) => search.has('sort'));
    await waitFor(() => expect(asked().length).toBeGreaterThan(1));
    expect(asked().map(({ search }) => search.get('limit'))).toEqual([
      '200',
      ...asked()
        .slice(1)
        .map(() => '10'),
    ]);
    expect(of('/api/v1/summary')).toEqual([]);
  });

  it('tells the last changes, and new ones by itself', async () => {
    const { known, of } = service();
    const { happened } = open('/');
    const rows = await table(/Last changes/);
    const plate = await within(rows).findByRole('link', { name: 'ABC 001' });
    expect(plate).toHaveAttribute('href', '/vehicles/YS2R4X20005399401');
    expect(plate.closest('[role=row]')).toHaveTextContent(/13:59:00.*Disconnected.*Johans Bulk AB.*4 min 12 s/);
    known.changes = [transition(2, 'connected'), ...known.changes];
    happened();
    expect(await within(rows).findByRole('link', { name: 'ABC 002' })).toBeInTheDocument();
    expect(of('/api/v1/summary/history')).toHaveLength(1);
  });

  it('holds its changes still while somebody is there, and says so', async () => {
    const { known, of } = service();
    const { happened } = open('/');
    const rows = await table(/Last changes/);
    const plate = await within(rows).findByRole('link', { name: 'ABC 001' });
    act(() => plate.focus());
    known.changes = [transition(2), ...known.changes];
    happened();
    expect(await screen.findByText('newer ones wait while you are here')).toBeInTheDocument();
    expect(within(rows).queryByText('ABC 002')).not.toBeInTheDocument();
    act(() => plate.blur());
    expect(await within(rows).findByText('ABC 002')).toBeInTheDocument();
    expect(of('/api/v1/changes').length).toBeGreaterThan(1);
    fireEvent.pointerEnter(rows);
    known.changes = [transition(3), ...known.changes];
    happened();
    expect(await screen.findByText('newer ones wait while you are here')).toBeInTheDocument();
    fireEvent.pointerLeave(rows);
    expect(await within(rows).findByText('ABC 003')).toBeInTheDocument();
  });

  it('asks for the past once, as far back as what is usual needs it', async () => {
    const { of } = service();
    open('/');
    await screen.findByText(/usual at this hour/);
    const [history] = of('/api/v1/summary/history');
    const from = Date.parse(history?.search.get('from') ?? '');
    expect(from % 900_000).toBe(0);
    expect(of('/api/v1/summary/history')).toHaveLength(1);
  });

  it('toggles a status with 1 to 3', async () => {
    service();
    const { router } = open('/');
    await link(/^Disconnected 187$/);
    await userEvent.keyboard('1');
    await waitFor(() => expect(router.state.location.searchStr).toBe('?status=disconnected'));
    await userEvent.keyboard('3');
    await waitFor(() => expect(router.state.location.searchStr).toBe('?status=disconnected,never_seen'));
  });
});

describe('the overview under a filter', () => {
  it('of customers has their past, their habits and their changes', async () => {
    const { of } = service();
    open('/?customer=j');
    expect(await screen.findByRole('heading', { name: '12,480 vehicles match' })).toBeVisible();
    expect(await screen.findByText('No customer is beyond its usual range.')).toBeInTheDocument();
    expect(await screen.findByText(/^1 customer, as of/)).toBeInTheDocument();
    expect(of('/api/v1/summary/history')[0]?.search.get('customer')).toBe('j');
    expect(of('/api/v1/changes')[0]?.search.get('customer')).toBe('j');
    expect(await link(/^Watch live$/)).toHaveAttribute('href', '/live?customer=j');
    expect(await link(/^Connected/)).toHaveAttribute('href', '/vehicles?customer=j&status=connected');
  });

  it.each(['q=abc', 'status=disconnected', 'silentFor=1h', 'customer=j&q=abc'])(
    'of anything else (%s) has neither past nor habits',
    async (search) => {
      const { of } = service();
      open(`/?${search}`);
      expect(await table(/Most disconnected of what matches/)).toBeInTheDocument();
      await link(/^Disconnected 187$/);
      expect(screen.queryByText(/an hour ago|24 h ago/)).not.toBeInTheDocument();
      expect(screen.queryByRole('img', { name: /24 hours/ })).not.toBeInTheDocument();
      expect(of('/api/v1/customers').filter(({ search }) => search.has('sort'))).toEqual([]);
      expect(of('/api/v1/summary/history')).toEqual([]);
      expect(screen.getByText(/whatever else is filtered/)).toBeInTheDocument();
    },
  );

  it('of a status says which tiles it leaves out; they lead to theirs', async () => {
    service();
    open('/?status=disconnected&silentFor=1h');
    const tile = await link(/^Connected 12,236$/);
    expect(tile.closest('li')).toHaveTextContent('left out by the filter');
    expect(tile).toHaveAttribute('href', '/vehicles?status=connected&silentFor=1h');
    expect((await link(/^Disconnected 187$/)).closest('li')).toHaveTextContent('1.5 % of these vehicles');
  });

  it('that nothing matches says which part to drop', async () => {
    service({ counts: { connected: 5, disconnected: 0, never_seen: 0 } });
    open('/?status=disconnected');
    expect(await screen.findByRole('button', { name: /^Without Status Disconnected/ })).toBeInTheDocument();
  });
});

describe('the overview of a new installation', () => {
  it('without vehicles says how to make one', async () => {
    service({ counts: { connected: 0, disconnected: 0, never_seen: 0 }, customers: [], changes: [] });
    open('/');
    expect(await screen.findByRole('heading', { name: 'No vehicles yet' })).toBeVisible();
  });

  it('has no habits and no past yet, and says when', async () => {
    const young = customers.map(({ id, name, counts }) => ({ id, name, counts }));
    service({ customers: young, history: past(now, 8, () => undefined), changes: [] });
    open('/');
    const rows = await table(/Most disconnected usual ranges appear after three days/);
    expect(
      within(rows)
        .getByRole('link', { name: /Haralds/ })
        .closest('[role=row]'),
    ).toHaveTextContent(/29.*119.*24\.4 %/);
    expect(await screen.findByText('usual range after three days')).toBeInTheDocument();
    expect(await screen.findAllByText('no earlier hour to compare with')).toHaveLength(1);
    expect(screen.getByText(/Nothing has changed yet/)).toBeInTheDocument();
  });
});

describe('the overview of a service that refuses', () => {
  it('shows its sentence, and tries again when asked to', async () => {
    let refuse = true;
    const { known } = service({}, {});
    serve({
      'GET /api/v1/vehicles': () =>
        refuse
          ? problem(503, 'the fleet view is being built')
          : { items: [], total: 7, counts: known.counts, facets: { customers: [], silentFor: [] }, ...asOf(1) },
    });
    open('/');
    expect(await screen.findByText(/^The fleet view is being built\./)).toBeVisible();
    refuse = false;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('heading', { name: 'All 7 vehicles' })).toBeVisible();
  });

  it('a part of it shows all else', async () => {
    service(
      {},
      {
        'GET /api/v1/summary/history': () => problem(503, 'no past'),
        'GET /api/v1/customers': () => problem(503, 'no customers'),
        'GET /api/v1/changes': () => problem(503, 'no changes'),
      },
    );
    open('/');
    expect(await link(/^Disconnected 187$/)).toBeInTheDocument();
    expect(await screen.findByText(/No past\./)).toBeInTheDocument();
    expect(await screen.findByText(/No customers\./)).toBeInTheDocument();
    expect(await screen.findByText(/No changes\./)).toBeInTheDocument();
  });
});
