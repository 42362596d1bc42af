import { follow } from './follow';
import { Hub, type Listener } from './hub';
import type { ToHub } from './messages';
import { wait } from './wait';

const hub = new Hub((url, tell, signal) => follow(url, tell, signal, { fetch: (...args) => fetch(...args), wait }));

// The DOM's types do not know the scope of a shared worker.
const scope = globalThis as unknown as { onconnect: (event: MessageEvent) => void };
scope.onconnect = (event) => {
  const port = event.ports[0];
  if (port === undefined) return;
  const listener: Listener = (message) => port.postMessage(message);
  port.onmessage = ({ data }: MessageEvent<ToHub>) => hub.hear(data, listener);
};
