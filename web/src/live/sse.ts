/** One server-sent event. One with an id and nothing else tells a position alone. */
export interface ServerEvent {
  id: string;
  event: string;
  data: string;
}

/**
 * Reads server-sent events from a text stream, in whatever pieces it comes. The browser's own EventSource keeps back events of
 * an id alone and cannot be given a position to begin after, and we need both: the age of what we know, and resuming after
 * the server refused a connection.
 */
export class EventParser {
  #rest = '';
  #event: Partial<ServerEvent> = {};

  /** The events that a piece completes. */
  push(piece: string): ServerEvent[] {
    const found: ServerEvent[] = [];
    const lines = (this.#rest + piece).split(/\r?\n/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (Object.keys(this.#event).length > 0) found.push({ id: '', event: '', data: '', ...this.#event });
        this.#event = {};
        continue;
      }
      this.#field(line);
    }
    return found;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    if (colon <= 0) return; // a comment, or a field without a value: neither means anything to us
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.#event.data = this.#event.data === undefined ? value : `${this.#event.data}\n${value}`;
    if (name === 'id' || name === 'event') this.#event[name] = value;
  }
}
