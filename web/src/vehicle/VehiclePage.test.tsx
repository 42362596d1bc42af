import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Interval, VehicleDetail } from '../api/client';
import { type Answer, asOf, open, problem, service, vehicle } from '../test/screen';
import { detail, neverSeen } from './fixtures';

const vin = 'YS2R4X20005399402';
const path = `/vehicles/${vin}`;
const now = Date.parse(asOf(1).asOf);
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

/** Three vehicles of a list, the second of which is looked at, and its past. */
function fleet(state: { vehicle: VehicleDetail; intervals?: Interval[] }, more: Record<string, Answer> = {}) {
  const rows = [vehicle('1', 'disconnected'), vehicle('2', 'disconnected'), vehicle('3', 'disconnected')];
  return service({
    'GET /api/v1/vehicles': () => ({
      items: rows,
      total: 3,
      ...asOf(1),
      counts: { connected: 0, disconnected: 3, never_seen: 0 },
    }),
    'GET /api/v1/vehicles/{vin}': ({ path: asked }) => {
      const row = rows.find((each) => asked.includes(each.vin));
      return row && (row.vin === vin ? state.vehicle : detail(row));
    },
    'GET /api/v1/vehicles/{vin}/timeline': () => ({
      intervals: state.intervals ?? [],
      connectedShare: 0.9466,
      longestDisconnectedSeconds: 2808,
      ...asOf(1),
    }),
    ...more,
  });
}

const silent = () => detail(vehicle('2', 'disconnected'));

describe('the page of a vehicle', () => {
  it('says what it is, its status and why', async () => {
    fleet({ vehicle: { ...silent(), location: { lat: 59.1955, lon: 17.6253, at: ago(61) } } });
    open(path);
    expect(await screen.findByRole('heading', { level: 1, name: 'ABC 002' })).toBeVisible();
    const status = screen.getByRole('region', { name: 'Status' });
    expect(status).toHaveTextContent(/Disconnected\s*since 13:00:00 UTC, (59 min|1 h 00 min)/);
    expect(status).toHaveTextContent(
      /Silent for 1 h 0[01] min\. Expected every 60 s \+ 30 s grace, the global setting\./,
    );
    expect(screen.getByText('59.1955 N, 17.6253 E')).toBeVisible();
    const map = screen.getByRole('link', { name: /Open in maps/ });
    expect(map).toHaveAttribute('rel', 'noreferrer');
    expect(map).toHaveAttribute(
      'href',
      expect.stringMatching(/^https:\/\/www\.openstreetmap\.org\/\?mlat=59\.19550&mlon=17\.62530/),
    );
  });

  it('shows a change of status in place', async () => {
    const state = { vehicle: silent() };
    fleet(state);
    const { happened } = open(path);
    const status = await screen.findByRole('region', { name: 'Status' });
    state.vehicle = { ...detail(vehicle('2', 'connected')), ...asOf(2) };
    happened();
    await waitFor(() => expect(status).toHaveTextContent(/Connected\s*since/));
    expect(status).toHaveTextContent('Due by');
  });

  it('sums up the range of the address, and asks for just that', async () => {
    const asked = fleet({
      vehicle: silent(),
      intervals: [
        { status: 'disconnected', from: ago(60), to: ago(0) },
        { status: 'unobserved', from: ago(70), to: ago(60) },
        { status: 'connected', from: ago(600), to: ago(70) },
      ],
    });
    const { router } = open(`${path}?range=7d&status=disconnected`);
    const strip = await screen.findByRole('img', {
      name: /Last 7 d: connected 94\.66 %, 1 disconnection, the longest 46 min 48 s, unobserved 10 min 00 s\./,
    });
    expect(strip).toBeInTheDocument();
    const timeline = asked.find(({ path: each }) => each.includes('/timeline'));
    expect(Math.round((now - Date.parse(timeline?.search.get('from') ?? '')) / 86_400_000)).toBe(7);
    await userEvent.click(screen.getByRole('link', { name: '1 h' }));
    await waitFor(() => expect(router.state.location.searchStr).toBe('?range=1h&status=disconnected'));
    expect(await screen.findByRole('img', { name: /Last 1 h/ })).toBeInTheDocument();
  });

  it('steps through the strip by arrows, from anywhere on the page', async () => {
    fleet({ vehicle: silent(), intervals: [{ status: 'disconnected', from: ago(60), to: ago(0) }] });
    open(path);
    const steps = await screen.findByRole('slider');
    await userEvent.keyboard('{ArrowLeft}');
    expect(steps).toHaveFocus();
    expect(steps).toHaveAttribute('aria-valuenow', '96');
    expect(steps).toHaveAttribute('aria-valuetext', expect.stringMatching(/13:46 – 14:01: disconnected/));
    await userEvent.keyboard('{ArrowLeft}{Home}{ArrowLeft}');
    expect(steps).toHaveAttribute('aria-valuenow', '1');
    expect(screen.getByText(/not registered yet/)).toBeVisible();
  });

  it('lists intervals newest first, more of them when asked', async () => {
    const intervals = Array.from(
      { length: 60 },
      (_, i): Interval => ({
        status: i % 2 === 0 ? 'disconnected' : 'unobserved',
        from: ago(i + 1),
        to: ago(i),
      }),
    );
    fleet({ vehicle: silent(), intervals });
    open(path);
    const table = await screen.findByRole('table');
    expect(within(table).getAllByRole('row')).toHaveLength(51);
    expect(within(table).getAllByText('Fleetbeat was restarting; this is nobody’s silence')).toHaveLength(25);
    await userEvent.click(screen.getByRole('button', { name: 'Show more 10' }));
    expect(within(table).getAllByRole('row')).toHaveLength(61);
  });

  it('reads a long past page by page, and then its newest part alone', async () => {
    const intervals = Array.from(
      { length: 450 },
      (_, i): Interval => ({
        status: i % 2 === 0 ? 'disconnected' : 'connected',
        from: ago(i + 1),
        to: ago(i),
      }),
    );
    const asked = fleet(
      { vehicle: silent() },
      {
        'GET /api/v1/vehicles/{vin}/timeline': ({ search }) => {
          const at = Number(search.get('cursor') ?? 0);
          const next = at + 200 < intervals.length ? { next: String(at + 200) } : {};
          return { intervals: intervals.slice(at, at + 200), ...next, longestDisconnectedSeconds: 60, ...asOf(1) };
        },
      },
    );
    const { happened } = open(path);
    expect(await screen.findByText('225')).toBeVisible();
    const pages = () => asked.filter(({ path: each }) => each.includes('/timeline')).length;
    expect(pages()).toBe(3);
    happened();
    await waitFor(() => expect(pages()).toBe(4));
    expect(screen.getByText('225')).toBeVisible();
  });

  it('steps through the list that it was opened from', async () => {
    const asked = fleet({ vehicle: silent() });
    const { router } = open(`${path}?status=disconnected&silentFor=5m`);
    expect(await screen.findByText('2 of 3')).toBeVisible();
    expect(screen.getByText(/Disconnected, silent for more than 5 min/)).toBeVisible();
    expect(screen.getByRole('link', { name: /^Vehicles:/ })).toHaveAttribute(
      'href',
      '/vehicles?status=disconnected&silentFor=5m',
    );
    expect(asked.some(({ search }) => search.get('silentFor') === '5m')).toBe(true);
    await userEvent.keyboard(']');
    await waitFor(() =>
      expect(router.state.location.href).toBe('/vehicles/YS2R4X20005399403?status=disconnected&silentFor=5m'),
    );
    expect(await screen.findByText('3 of 3')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Next vehicle' })).toBeDisabled();
    await userEvent.keyboard('[[');
    await waitFor(() => expect(router.state.location.pathname).toBe(path));
  });

  it('gives no number where it is not in the list, and looks through a few hundred rows at most', async () => {
    const asked = fleet(
      { vehicle: silent() },
      {
        'GET /api/v1/vehicles': ({ search }) => ({
          items: [vehicle('1', 'disconnected')],
          next: `${search.get('cursor') ?? ''}x`,
          total: 100_000,
          ...asOf(1),
          counts: { connected: 0, disconnected: 3, never_seen: 0 },
        }),
      },
    );
    open(path);
    await screen.findByRole('heading', { level: 1 });
    const pages = () => asked.filter(({ search }) => search.get('limit') === '200' && !search.has('from'));
    await waitFor(() => expect(pages()).toHaveLength(3));
    expect(screen.queryByText(/of 100,000/)).not.toBeInTheDocument();
  });

  it('names who else is disconnected at the customer', async () => {
    fleet({ vehicle: silent() });
    open(path);
    expect(await screen.findByRole('heading', { name: /Also disconnected at Johans Bulk AB 2/ })).toBeVisible();
    const list = screen.getByRole('link', { name: /Johans Bulk AB 2/ });
    expect(list).toHaveAttribute('href', '/vehicles?status=disconnected&customer=C&sort=-since');
    expect(screen.getByRole('link', { name: /ABC 003/ })).toBeVisible();
  });

  it('shows how to ping a vehicle that was never heard', async () => {
    fleet({ vehicle: neverSeen('2') });
    open(path);
    expect(await screen.findByText('Never heard since it was registered on 18 Nov.')).toBeVisible();
    expect(screen.getByText(`curl -X POST http://localhost/heartbeat/${vin}`)).toBeVisible();
  });

  it('says that there is none, whatever the reason, and how to find it', async () => {
    service({ 'GET /api/v1/vehicles/{vin}': () => problem(404, 'no vehicle') });
    open(path);
    expect(await screen.findByRole('heading', { name: `No vehicle with VIN ${vin}` })).toBeVisible();
    expect(screen.getByRole('link', { name: 'Search for 399402' })).toHaveAttribute('href', '/vehicles?q=399402');
  });

  it('says the service’s own sentence where it cannot answer, and tries again', async () => {
    let fails = true;
    fleet(
      { vehicle: silent() },
      {
        'GET /api/v1/vehicles/{vin}': () => (fails ? problem(503, 'the fleet view is behind') : silent()),
      },
    );
    open(path);
    expect(await screen.findByText('the fleet view is behind')).toBeVisible();
    fails = false;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('heading', { name: 'ABC 002' })).toBeVisible();
  });
});
