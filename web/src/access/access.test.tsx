import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Session } from '../api/client';
import { open, problem, service } from '../test/screen';
import { permits } from './scopes';
import { within } from './within';
import './KeysPage'; // chunks are not what these tests wait for
import './LoginPage';

const wrong = 'this API key, or session, is not one, or not any more';
const anna: Session = { needed: true, keyId: 'aaaa', name: 'Anna', scopes: ['admin'] };
const keyed = { id: 'aaaa', name: 'Anna', scopes: ['admin'], createdAt: '2026-11-21T13:00:00Z' };

/** A service that knows one key, `good`, and who is logged in with it. */
function closed(as: Session = anna, loggedIn = false) {
  const who = { session: loggedIn ? as : ({ needed: true } as Session) };
  const asked = service({
    'GET /api/v1/session': () => who.session,
    'POST /api/v1/session': ({ body }) => {
      const { key } = JSON.parse(body) as { key: string };
      if (key === 'often') return problem(429, 'too many wrong keys from this address; try again in 1 s');
      if (key !== 'good') return problem(401, wrong);
      who.session = as;
      return as;
    },
    'DELETE /api/v1/session': () => {
      who.session = { needed: true };
      return who.session;
    },
    'GET /api/v1/keys': () => (who.session.scopes ? { items: [keyed] } : problem(401, wrong)),
    'GET /api/v1/changes': () => (who.session.scopes ? undefined : problem(401, wrong)),
    'GET /api/v1/settings': () => problem(403, 'this API key has not the scope read; it has ingest'),
    'GET /api/v1/customers': () => ({ items: [{ id: 'c1', name: 'Johans Bulk AB' }] }),
    'DELETE /api/v1/keys/{id}': () => problem(422, 'the last key with admin cannot be revoked: make another first'),
  });
  return { asked, who };
}

describe('where the login leads back to', () => {
  it.each([
    ['/live?status=disconnected#x', '/live?status=disconnected#x'],
    ['/vehicles/YS2R4X20005399401', '/vehicles/YS2R4X20005399401'],
    ['https://evil.example/', '/'],
    ['//evil.example/', '/'],
    ['/\\evil.example/', '/'],
    ['/\t/evil.example/', '/'],
    ['/x/..//evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['live', '/'],
    ['/login?to=/login', '/'],
    [undefined, '/'],
  ])('%s is %s: never elsewhere', (to, is) => expect(within(to)).toBe(is));
});

describe('scopes', () => {
  it('permit what they name, and admin all', () => {
    expect(permits(['read'], 'read')).toBe(true);
    expect(permits(['ingest'], 'read')).toBe(false);
    expect(permits(['admin'], 'ingest')).toBe(true);
    expect(permits(undefined, 'read')).toBe(false);
  });
});

describe('the login', () => {
  it('is where a refusal leads, and leads back', async () => {
    closed();
    const { router, stream } = open('/keys');
    const key = await screen.findByLabelText('API key');
    expect(router.state.location.search).toEqual({ to: '/keys' });
    expect(key).toHaveAttribute('type', 'password');
    await userEvent.type(key, 'good{Enter}');
    expect(await screen.findByRole('rowheader', { name: /Anna/ })).toBeInTheDocument();
    expect(router.state.location.pathname).toBe('/keys');
    expect(stream.anew).toHaveBeenCalledOnce();
  });

  it.each([
    ['bad', wrong],
    ['often', 'too many wrong keys from this address; try again in 1 s'],
  ])('says why it refuses %s in the words of the service, and keeps what was typed', async (key, words) => {
    closed();
    open('/login');
    const field = await screen.findByLabelText('API key');
    await userEvent.type(field, `${key}{Enter}`);
    expect(await screen.findByText(words)).toBeVisible();
    expect(field).toHaveValue(key);
  });

  it('is asked for over the page when the session ends, and what was typed stays', async () => {
    dialogs();
    const { who } = closed(anna, true);
    const { router, stands, stream } = open('/keys');
    await userEvent.click(await screen.findByRole('button', { name: /Make a key/ }));
    await userEvent.type(screen.getByLabelText('Name'), 'Johan');
    stream.hello.mockClear();
    who.session = { needed: true };
    stands('denied');
    expect(await screen.findByText(/The session has ended/)).toBeVisible();
    expect(router.state.location.pathname).toBe('/keys');
    expect(screen.getByLabelText('API key')).toHaveFocus();
    await userEvent.type(screen.getByLabelText('API key'), 'good{Enter}');
    await waitFor(() => expect(screen.queryByText(/The session has ended/)).not.toBeInTheDocument());
    expect(screen.getByLabelText('Name')).toHaveValue('Johan');
    expect(stream.hello).toHaveBeenCalledOnce();
    expect(stream.anew).not.toHaveBeenCalled();
  });

  it('goes on when somebody logs in again in another tab', async () => {
    dialogs();
    const { who } = closed(anna, true);
    const { stands } = open('/keys');
    await screen.findByRole('rowheader', { name: /Anna/ });
    who.session = { needed: true };
    stands('denied');
    await screen.findByText(/The session has ended/);
    who.session = anna;
    stands('open');
    await waitFor(() => expect(screen.queryByText(/The session has ended/)).not.toBeInTheDocument());
    expect(screen.getByRole('rowheader', { name: /Anna/ })).toBeInTheDocument();
  });

  it('begins anew where another key is given after the session ended', async () => {
    dialogs();
    const { who } = closed({ ...anna, keyId: 'other' }, false);
    who.session = anna;
    const { stands, stream } = open('/keys');
    await screen.findByRole('rowheader', { name: /Anna/ });
    who.session = { needed: true };
    stands('denied');
    await userEvent.type(await screen.findByLabelText('API key'), 'good{Enter}');
    await waitFor(() => expect(stream.anew).toHaveBeenCalledOnce());
  });

  it('is the page where the dialog is closed, and leads back', async () => {
    dialogs();
    const { who } = closed(anna, true);
    const { router, stands } = open('/keys');
    await screen.findByRole('rowheader', { name: /Anna/ });
    who.session = { needed: true };
    stands('denied');
    await screen.findByText(/The session has ended/);
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(router.state.location.search).toEqual({ to: '/keys', ended: 'yes' }));
  });

  it('asks nothing that nobody is answered', async () => {
    const refused: string[] = [];
    service({
      'GET /api/v1/session': () => ({ needed: true }),
      'GET /api/v1/vehicles': ({ path }) => {
        refused.push(path);
        return problem(401, wrong);
      },
    });
    open('/login');
    await screen.findByLabelText('API key');
    expect(refused).toEqual([]);
  });

  it('is left out where no key is needed', async () => {
    service({ 'GET /api/v1/keys': () => ({ items: [] }) });
    const { router } = open('/login?to=/keys');
    await waitFor(() => expect(router.state.location.pathname).toBe('/keys'));
  });

  it('tells a key that may not read so, in the words of the service', async () => {
    closed({ needed: true, keyId: 'b', name: 'gateway', scopes: ['ingest'] }, true);
    const { stands } = open('/keys');
    stands('denied');
    expect(await screen.findByText(/has not the scope read; it has ingest/)).toBeVisible();
    expect(screen.getByText('No live data')).toBeInTheDocument(); // and not that nobody is logged in
    await userEvent.click(screen.getByRole('button', { name: /Log out/ }));
    expect(await screen.findByLabelText('API key')).toBeVisible();
  });
});

describe('who one is', () => {
  it('is shown with what one may do, and the way out', async () => {
    closed(anna, true);
    const { router } = open('/keys');
    await userEvent.click(await screen.findByRole('button', { name: 'Access: Anna' }));
    expect(screen.getByText('admin: everything')).toBeVisible();
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByText('admin: everything')).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Access: Anna' }));
    await userEvent.click(screen.getByRole('button', { name: 'Log out' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/login'));
  });
});

describe('the keys', () => {
  it('are not asked for with a key that may not see them', async () => {
    const { asked } = closed({ needed: true, keyId: 'r', name: 'reader', scopes: ['read'] }, true);
    open('/keys');
    expect(await screen.findByRole('heading', { name: 'Keys need a key with the scope admin' })).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Try again' })).not.toBeInTheDocument();
    expect(asked.filter(({ path }) => path === '/api/v1/keys')).toEqual([]);
  });

  it('tell before the first is made what it changes, log in with it, and show it once', async () => {
    dialogs();
    let session: Session = { needed: false, scopes: ['admin'] };
    const asked = service({
      'GET /api/v1/session': () => session,
      'POST /api/v1/session': () => (session = anna),
      'GET /api/v1/keys': () =>
        session.keyId || !session.needed ? { items: session.needed ? [keyed] : [] } : problem(401, wrong),
      'POST /api/v1/keys': () => {
        session = { needed: true }; // closed: whoever asks now is nobody
        return { ...keyed, key: 'fb_secret', position: 'p.1' };
      },
    });
    const { router } = open('/keys');
    await userEvent.click(await screen.findByRole('button', { name: 'Make the first key' }));
    expect(screen.getByText(/closes this Fleetbeat for good/)).toBeInTheDocument();
    expect(screen.getByRole('checkbox', { name: /admin/ })).toBeDisabled();
    await userEvent.type(screen.getByLabelText('Name'), 'Anna');
    await userEvent.click(screen.getByRole('button', { name: /close Fleetbeat for good/ }));
    expect(await screen.findByText('fb_secret')).toBeInTheDocument();
    const posts = asked.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body]);
    expect(posts).toEqual([
      ['/api/v1/keys', '{"name":"Anna","scopes":["admin"]}'],
      ['/api/v1/session', '{"key":"fb_secret"}'],
    ]);
    await userEvent.click(screen.getByRole('button', { name: 'I have kept it' }));
    expect(await screen.findByRole('rowheader', { name: /Anna/ })).toBeInTheDocument();
    expect(screen.queryByText('fb_secret')).not.toBeInTheDocument();
    expect(router.state.location.pathname).toBe('/keys');
  });

  it('never lose the first key: a login that fails is told beside it, and no refusal leads away', async () => {
    dialogs();
    let session: Session = { needed: false, scopes: ['admin'] };
    const asked = service({
      'GET /api/v1/session': () => session,
      'POST /api/v1/session': () => problem(429, 'too many wrong keys from this address'),
      'GET /api/v1/keys': () => (session.needed ? problem(401, wrong) : { items: [] }),
      'POST /api/v1/keys': () => {
        session = { needed: true };
        return { ...keyed, key: 'fb_secret', position: 'p.1' };
      },
    });
    const { router, stands } = open('/keys');
    await userEvent.click(await screen.findByRole('button', { name: 'Make the first key' }));
    await userEvent.type(screen.getByLabelText('Name'), 'Anna');
    await userEvent.click(screen.getByRole('button', { name: /close Fleetbeat for good/ }));
    expect(await screen.findByText(/You are not logged in yet: too many wrong keys/)).toBeInTheDocument();
    stands('denied');
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve)); // what would be asked is asked
    // The page is held: what leads away asks who one is first, and nothing is even asked.
    expect(asked.filter(({ path }) => path === '/api/v1/session').map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(screen.getByText('fb_secret')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'I have kept it' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/login'));
  });

  it('bind a key to a customer that was picked, and none to a name that was only typed', async () => {
    dialogs();
    const { asked } = closed(anna, true);
    open('/keys');
    await userEvent.click(await screen.findByRole('button', { name: /Make a key/ }));
    await userEvent.type(screen.getByLabelText('Name'), 'Johan');
    const pick = screen.getByRole('combobox', { name: 'Bound to a customer' });
    await userEvent.type(pick, 'joh');
    expect(pick).toBeInvalid();
    await screen.findByRole('option', { name: 'Johans Bulk AB' });
    await userEvent.keyboard('{Enter}');
    expect(pick).toHaveValue('Johans Bulk AB');
    expect(pick).toBeValid();
    expect(asked.some(({ method }) => method === 'POST')).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: 'Make the key' }));
    await waitFor(() =>
      expect(asked.find(({ method }) => method === 'POST')?.body).toBe(
        '{"name":"Johan","scopes":["read"],"customerId":"c1"}',
      ),
    );
  });

  it('say in the words of the service why the last admin’s is not revoked', async () => {
    dialogs();
    closed(anna, true);
    open('/keys');
    await userEvent.click(await screen.findByRole('button', { name: 'Revoke Anna' }));
    expect(screen.getByText(/you will be logged out/)).toBeInTheDocument();
    await userEvent.click(screen.getByText('Revoke it'));
    expect(await screen.findByText(/the last key with admin cannot be revoked/)).toBeInTheDocument();
  });
});

/** jsdom has no dialogs. */
function dialogs(): void {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
}
