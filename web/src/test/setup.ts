import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// jsdom has none and complains each time; the router calls it.
globalThis.scrollTo = () => undefined;

// A screen's chunk is loaded when it is first shown, which takes longer than a second on a busy machine.
configure({ asyncUtilTimeout: 4000 });

// It lays nothing out, so there is nowhere to scroll to.
Element.prototype.scrollIntoView = () => undefined;

// Nor can it open a dialog over the page.
HTMLDialogElement.prototype.showModal = function () {
  this.open = true;
};
HTMLDialogElement.prototype.close = function () {
  this.open = false;
};

afterEach(cleanup);
