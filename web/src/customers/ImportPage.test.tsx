import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answer, asOf, open, problem, service as serve } from '../test/screen';
import type { Imported } from './import/upload';

/** An upload that goes through fetch, where the tests' service answers, and that waits for it with all of the file sent. */
class Request {
  upload: { onprogress: (how: { loaded: number; total: number }) => void; onload: () => void } = {
    onprogress: () => undefined,
    onload: () => undefined,
  };
  status = 0;
  statusText = '';
  responseText = '';
  onload = () => undefined;
  onerror = () => undefined;
  onabort = () => undefined;
  onloadend = () => undefined;
  private url = '';
  private aborted = false;
  open(_: string, url: string) {
    this.url = url;
  }
  setRequestHeader() {}
  abort() {
    this.aborted = true;
    this.onabort();
    this.onloadend();
  }
  send(body: Uint8Array<ArrayBuffer>) {
    this.upload.onprogress({ loaded: 1, total: 2 });
    void fetch(this.url, { method: 'POST', body: new TextDecoder().decode(body) })
      .then(async (answer) => {
        if (this.aborted) return;
        this.upload.onload();
        this.status = answer.status;
        this.responseText = await answer.text();
        this.onload();
        this.onloadend();
      })
      .catch(() => this.onerror());
  }
}

const nothing: Imported = {
  dryRun: true,
  rows: 2,
  registered: 0,
  changed: 0,
  unchanged: 0,
  newCustomerCount: 0,
  newCustomers: [],
  changedCustomerCount: 0,
  changedCustomers: [],
  problemCount: 0,
  problems: [],
  warnings: [],
};
const csv = 'vin,registration_number,customer\nYS2R4X2000539940,ABC 001,Kalle\nYS2R4X20005399401,ABC 002,Kalle\n';
const file = (text = csv, name = 'fleet.csv') => new File([text], name, { type: 'text/csv' });
const choose = async (chosen = file()) => userEvent.upload(await screen.findByLabelText('CSV file'), chosen);

function service(dry: Answer, real: Answer = () => undefined, answers: Record<string, Answer> = {}) {
  return serve({
    'GET /api/v1/customers': () => ({ items: [{ id: 'K', name: 'Kalle', counts: {} }], total: 1, ...asOf(1) }),
    'POST /api/v1/vehicles:import': (asked) => (asked.search.has('dryRun') ? dry(asked) : real(asked)),
    ...answers,
  });
}

beforeEach(() => void vi.stubGlobal('XMLHttpRequest', Request));

describe('an import', () => {
  it('checks first, stores when asked, and leads to what is new', async () => {
    const would = { ...nothing, registered: 2, newCustomerCount: 1, newCustomers: ['Kalle'] };
    const asked = service(
      () => would,
      () => ({ ...would, dryRun: false, position: 'log.9' }),
    );
    const { router } = open('/customers/import');
    await choose();
    expect(
      await screen.findByRole('heading', { name: '2 lines are in order. Nothing has been stored yet.' }),
    ).toHaveFocus();
    expect(screen.getByText('Kalle')).toBeVisible();
    const posts = () => asked.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body]);
    expect(posts()).toEqual([['/api/v1/vehicles:import?dryRun=true', csv]]);
    await userEvent.click(screen.getByRole('button', { name: 'Import 2 lines' }));
    expect(await screen.findByRole('heading', { name: 'fleet.csv is imported.' })).toBeVisible();
    expect(posts()[1]).toEqual(['/api/v1/vehicles:import', csv]);
    const link = screen.getByRole('link', { name: 'Kalle' });
    await waitFor(() => expect(link).toHaveAttribute('href', '/vehicles?customer=K'));
    expect(asked.some(({ search }) => search.get('after') === 'log.9')).toBe(true);
    await userEvent.click(link);
    await waitFor(() => expect(router.state.location.pathname).toBe('/vehicles'));
  });

  it('lists all problems at their places, and takes the same file again once it is corrected', async () => {
    let wrong = true;
    service(() =>
      wrong
        ? {
            ...nothing,
            registered: 1,
            problemCount: 1,
            problems: [{ location: 'line 2: vin', message: 'a VIN has 17 characters, this one has 16' }],
          }
        : { ...nothing, unchanged: 2 },
    );
    open('/customers/import');
    await choose();
    expect(await screen.findByRole('heading', { name: '1 problem. Nothing has been stored.' })).toBeVisible();
    const row = screen.getByRole('row', { name: /^2/ });
    expect(row).toHaveTextContent('vin: a VIN has 17 characters, this one has 16.');
    expect(row.querySelector('mark')).toHaveTextContent('YS2R4X2000539940');
    expect(screen.getByText(/The other 1 line/)).toBeVisible();
    wrong = false;
    await choose();
    expect(
      await screen.findByRole('heading', { name: 'Nothing to import: all of it is stored already.' }),
    ).toBeVisible();
    expect(screen.queryByRole('button', { name: /^Import / })).not.toBeInTheDocument();
  });

  it('shows what to look at before it is stored', async () => {
    service(() => ({
      ...nothing,
      registered: 2,
      warnings: [{ location: 'line 3: customer', message: '"Kalle" is a new customer, and close to "Kalles"' }],
    }));
    open('/customers/import');
    await choose();
    const table = await screen.findByRole('table', { name: 'Warnings' });
    expect(table).toHaveTextContent('close to "Kalles"');
    expect(table.querySelector('mark')).toHaveTextContent('Kalle');
  });
});

describe('an import that fails', () => {
  it('is refused before the upload where the file is too large', async () => {
    const asked = service(() => nothing);
    open('/customers/import');
    const large = file();
    Object.defineProperty(large, 'size', { value: 33 * 1024 * 1024 });
    await choose(large);
    expect(await screen.findByText(/fleet.csv has 33.0 MiB. A file may have at most 32 MiB/)).toBeVisible();
    expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(0);
  });

  it('says so where the file is not understood at all', async () => {
    service(() => problem(400, 'the file is UTF-16; save it as CSV in UTF-8'));
    open('/customers/import');
    await choose();
    expect(
      await screen.findByRole('heading', { name: 'The file was not imported. Nothing has been stored.' }),
    ).toBeVisible();
    expect(screen.getByText('The file is UTF-16; save it as CSV in UTF-8.')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Check the file again' })).not.toBeInTheDocument(); // no better in a minute
  });

  it('does not claim to know what became of it where the server is gone, and finds out', async () => {
    let stored = 0;
    service(
      () => ({ ...nothing, registered: 2 - stored, unchanged: stored }),
      () => {
        stored = 2;
        throw new TypeError('connection lost');
      },
    );
    open('/customers/import');
    await choose();
    await userEvent.click(await screen.findByRole('button', { name: 'Import 2 lines' }));
    expect(await screen.findByRole('heading', { name: 'Not known whether it was stored.' })).toBeVisible();
    expect(screen.getByText(/Either the whole file has been stored, or nothing of it/)).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Check the file again' }));
    expect(await screen.findByRole('heading', { name: /^Nothing to import/ })).toBeVisible();
  });

  it('claims nothing either where the check after it fails, or finds that all is new still', async () => {
    let away = false;
    const asked = service(
      () => {
        if (away) throw new TypeError('no connection');
        return { ...nothing, registered: 2 };
      },
      () => {
        away = true;
        throw new TypeError('connection lost');
      },
    );
    open('/customers/import');
    await choose();
    await userEvent.click(await screen.findByRole('button', { name: 'Import 2 lines' }));
    await userEvent.click(await screen.findByRole('button', { name: 'Check the file again' }));
    await waitFor(() => expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(3));
    expect(await screen.findByRole('heading', { name: 'Not known whether it was stored.' })).toBeVisible();
    away = false;
    await userEvent.click(screen.getByRole('button', { name: 'Check the file again' }));
    expect(await screen.findByRole('heading', { name: '2 lines are in order.' })).toBeVisible();
    expect(screen.getByText(/The server may still be storing it/)).toBeVisible();
  });

  it('is checked anew where the fleet has changed since the check', async () => {
    let taken = false;
    const problems = [{ location: 'line 2: registration_number', message: 'belongs to vehicle "X"' }];
    service(
      () => (taken ? { ...nothing, problemCount: 1, problems } : { ...nothing, registered: 2 }),
      () => {
        taken = true;
        return problem(422, 'nothing was imported: the file has 1 problem', problems);
      },
    );
    open('/customers/import');
    await choose();
    await userEvent.click(await screen.findByRole('button', { name: 'Import 2 lines' }));
    expect(await screen.findByRole('heading', { name: '1 problem. Nothing has been stored.' })).toBeVisible();
    expect(screen.getByText('The fleet has changed since the file was checked.')).toBeVisible();
  });

  it('takes a file that is dropped anywhere on the page, and none while another is being stored', async () => {
    const asked = service(
      () => ({ ...nothing, registered: 2 }),
      () => new Promise(() => undefined),
    );
    open('/customers/import');
    const page = await screen.findByRole('region', { name: 'Import CSV' });
    fireEvent.drop(page, { dataTransfer: { files: [file()] } });
    await userEvent.click(await screen.findByRole('button', { name: 'Import 2 lines' }));
    expect(await screen.findByRole('heading', { name: 'Importing fleet.csv' })).toBeVisible();
    fireEvent.drop(page, { dataTransfer: { files: [file(csv, 'other.csv')] } });
    expect(screen.getByRole('heading', { name: 'Importing fleet.csv' })).toBeVisible();
    expect(asked.filter(({ method }) => method === 'POST').map(({ body }) => body)).toEqual([csv, csv]);
  });

  it('counts one line as one, and no others beside it', async () => {
    const problems = [{ location: 'line 2: customer', message: 'is not valid UTF-8' }];
    service(() => ({ ...nothing, rows: 1, problemCount: 1, problems }));
    open('/customers/import');
    await choose(file('vin,registration_number,customer\nYS2R4X20005399401,ABC 1,X\n'));
    await screen.findByRole('heading', { name: '1 problem. Nothing has been stored.' });
    expect(screen.getByText(/was checked\. Correct the line below/)).toHaveTextContent(
      /^The one line of fleet\.csv was checked\./,
    );
    expect(screen.queryByText(/The other 0/)).not.toBeInTheDocument();
  });

  it('says so of a file that has but the names of its columns', async () => {
    service(() => ({ ...nothing, rows: 0 }));
    open('/customers/import');
    await choose(file('vin,registration_number,customer\n'));
    expect(await screen.findByRole('heading', { name: /^No vehicle is in the file/ })).toBeVisible();
    expect(screen.queryByText(/are stored as they are/)).not.toBeInTheDocument();
  });

  it('sends nothing while the server is gone, and keeps what was checked', async () => {
    service(() => ({ ...nothing, registered: 2 }));
    const { stands } = open('/customers/import');
    await choose();
    const store = await screen.findByRole('button', { name: 'Import 2 lines' });
    stands('lost');
    const now = Date.now();
    vi.spyOn(Date, 'now').mockImplementation(() => now + 60_000);
    stands('lost');
    await waitFor(() => expect(store).toBeDisabled());
    expect(screen.getByRole('button', { name: 'Choose another file' })).toBeDisabled();
    expect(store).toHaveAttribute('title', 'No contact with the server');
  });

  it('can be cancelled while it is sent', async () => {
    service(() => new Promise(() => undefined));
    open('/customers/import');
    await choose();
    await userEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    expect(await screen.findByText('Cancelled. Nothing has been stored.')).toBeVisible();
  });

  it('is not offered to a key that may not', async () => {
    service(() => nothing, undefined, { 'GET /api/v1/session': () => ({ needed: true, scopes: ['read'] }) });
    open('/customers/import');
    expect(await screen.findByRole('heading', { name: /Importing needs a key with the scope admin/ })).toBeVisible();
    expect(screen.queryByLabelText('CSV file')).not.toBeInTheDocument();
  });
});
