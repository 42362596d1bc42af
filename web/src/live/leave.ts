/** The channel of pages that leave; what is said on it does not matter. */
const name = 'fleetbeat-leaving';

/**
 * Has the browser forget this page when it is left, and not keep it for Back. Chromium freezes a kept page together with its
 * SharedWorker, often before the worker has read the page's bye: the frozen hub would hold its connection to the server for
 * minutes and read nothing. A kept page that is sent a message is dropped, and the hub ends with the last page.
 */
export function leaveForGood(): void {
  const listening = new BroadcastChannel(name);
  listening.onmessage = () => undefined; // without a listener nothing is sent to it
  globalThis.addEventListener('pagehide', (event) => {
    if (!event.persisted) return; // it is not kept, and its hub not frozen
    const telling = new BroadcastChannel(name); // a channel does not hear itself
    telling.postMessage('');
    telling.close();
  });
}
