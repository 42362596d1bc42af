import { expect, it } from 'vitest';
import { leaveForGood } from './leave';

const left = (persisted: boolean) => {
  const event = new Event('pagehide');
  Object.defineProperty(event, 'persisted', { value: persisted });
  globalThis.dispatchEvent(event);
};

it('sends a page that the browser keeps a message, which has it dropped; one that is not kept needs none', async () => {
  const heard: unknown[] = [];
  const page = new BroadcastChannel('fleetbeat-leaving');
  const all = new Promise<void>((resolve) => {
    page.onmessage = ({ data }: MessageEvent<unknown>) => {
      heard.push(data);
      if (data === 'the last') resolve();
    };
  });
  leaveForGood();
  left(false);
  left(true);
  const after = new BroadcastChannel('fleetbeat-leaving');
  after.postMessage('the last'); // messages come in their order: what was sent before it is all there is
  await all;
  after.close();
  page.close();
  expect(heard).toHaveLength(2);
});
