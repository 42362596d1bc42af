import { setTimeout as after } from 'node:timers/promises';

/** A vehicle as the API gives it; what suites read of it. */
export interface Vehicle {
  vin: string;
  registrationNumber: string;
  status: 'connected' | 'disconnected' | 'never_seen';
  customer: { id: string; name: string };
}

/** A list of vehicles as the API gives it. */
export interface Vehicles {
  items: Vehicle[];
  total?: number;
  totalAtLeast?: number;
  counts: Record<Vehicle['status'], number>;
}

/** The API of a server, asked as a device or a script would: what the dashboard shows is compared with what this says. */
export class Api {
  readonly #base: () => string;
  /** Sent as a bearer token where it is set. */
  key: string | undefined;

  constructor(base: () => string) {
    this.#base = base;
  }

  /** Asks, and returns the answer whatever its status is. */
  async ask(method: string, path: string, body?: string, type = 'application/json'): Promise<Response> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers['Content-Type'] = type;
    if (this.key !== undefined) headers['Authorization'] = `Bearer ${this.key}`;
    return fetch(this.#base() + path, { method, headers, ...(body !== undefined && { body }) });
  }

  /** The status of an answer; 0 where nobody answers. */
  async status(path: string): Promise<number> {
    try {
      const answer = await this.ask('GET', path);
      await answer.text();
      return answer.status;
    } catch {
      return 0;
    }
  }

  /** Asks for JSON and throws on any answer that is not good. */
  async json<T>(method: string, path: string, body?: string, type?: string): Promise<T> {
    const answer = await this.ask(method, path, body, type);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  /** Sends one heartbeat. */
  async ping(vin: string): Promise<void> {
    await this.json('POST', `/heartbeat/${vin}`);
  }

  /** Sends one heartbeat each, in one upload. */
  async pingAll(vins: readonly string[]): Promise<void> {
    const lines = vins.map((vin) => `${JSON.stringify({ vin })}\n`).join('');
    const { accepted } = await this.json<{ accepted: number }>('POST', '/heartbeats', lines, 'application/x-ndjson');
    if (accepted !== vins.length) throw new Error(`${accepted} of ${vins.length} heartbeats were accepted`);
  }

  /** Imports customers and vehicles, and waits until they are seen. */
  async import(csv: string): Promise<void> {
    const { position } = await this.json<{ position: string }>('POST', '/api/v1/vehicles:import', csv, 'text/csv');
    const seen = `/api/v1/vehicles?limit=1&after=${position}`;
    await this.until('what was imported is seen', async () => (await this.status(seen)) === 200);
  }

  /** Vehicles by a query string. */
  vehicles(query = ''): Promise<Vehicles> {
    return this.json('GET', `/api/v1/vehicles?limit=200&${query}`);
  }

  /** The line of a metric, 0 where there is none. */
  async metric(name: string): Promise<number> {
    const text = await (await this.ask('GET', '/metrics')).text();
    const line = text.split('\n').find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  /** Asks again and again until something is so; times in milliseconds. */
  async until(promised: string, holds: () => Promise<boolean>, { patience = 60_000, every = 25 } = {}): Promise<void> {
    const end = performance.now() + patience;
    while (!(await holds())) {
      if (performance.now() > end) throw new Error(`waited ${patience / 1000} s until ${promised}`);
      await after(every);
    }
  }
}
