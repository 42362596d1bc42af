import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

// jsdom has none and complains each time; the router calls it.
globalThis.scrollTo = () => undefined;

afterEach(cleanup);
