import { fireEvent, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { open, service } from '../test/screen';
import '../access/KeysPage'; // chunks are not what this waits for

vi.mock('../palette/over', () => ({
  Palette: () => {
    throw new Error('entries is undefined');
  },
  Help: () => <p>All keys</p>,
}));

it('a palette that fails takes neither the page below nor the help away', async () => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true; // jsdom has no dialogs
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
  vi.spyOn(console, 'error').mockImplementation(() => undefined); // React tells of the fault there
  service({ 'GET /api/v1/keys': () => ({ items: [] }) });
  open('/keys');
  await screen.findByText('No key was ever made');
  fireEvent.click(screen.getByRole('button', { name: 'Go to vehicle, customer, action' }));
  expect(await screen.findByText('entries is undefined')).toBeVisible();
  expect(screen.getByText('No key was ever made')).toBeInTheDocument();
  fireEvent.click(screen.getByRole('button', { name: 'Close' }));
  expect(screen.queryByText('entries is undefined')).not.toBeInTheDocument();
  fireEvent.click(screen.getByRole('button', { name: 'Keyboard shortcuts' }));
  expect(await screen.findByText('All keys')).toBeVisible();
  fireEvent.click(screen.getByRole('button', { name: 'Go to vehicle, customer, action' }));
  expect(await screen.findByText('entries is undefined')).toBeVisible();
});
