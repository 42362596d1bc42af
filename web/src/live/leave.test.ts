import { expect, it } from 'vitest';
import { leaveForGood } from './leave';

const left = (persisted: boolean) => {
  const event = new Event('pagehide');
  Object.defineProperty(event, 'persisted', { value: persisted });
  globalThis.dispatchEvent(event);
};

it('sends a page that the browser keeps a message, which has it dropped; one that is not kept needs none', async () => {
  let heard = 0;
  const page = new BroadcastChannel('fleetbeat-leaving');
  const first = new Promise<void>((resolve) => {
    page.onmessage = () => {
      heard++;
      resolve();
    };
  });
  leaveForGood();
  left(false);
  left(true);
  await first;
  await new Promise((resolve) => setTimeout(resolve, 0));
  page.close();
  expect(heard).toBe(1);
});
