import { follow } from './follow';
import { Hub, type Listener } from './hub';
import type { ToHub } from './messages';
import { browser } from './wait';

const hub = new Hub((url, tell, signal, hurry) => follow(url, tell, signal, browser, hurry));

// The DOM's types do not know the scope of a shared worker.
const scope = globalThis as unknown as { onconnect: (event: MessageEvent) => void };
scope.onconnect = (event) => {
  const port = event.ports[0];
  if (port === undefined) return;
  const listener: Listener = (message) => port.postMessage(message);
  port.onmessage = ({ data }: MessageEvent<ToHub>) => hub.hear(data, listener);
};
