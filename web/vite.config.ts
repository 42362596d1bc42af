import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { devBase } from './build/base.ts';
import { budget } from './build/budget.ts';
import { preloadFonts } from './build/fonts.ts';
import { mantineVariables } from './build/mantine.ts';
import { precompress } from './build/precompress.ts';

const api = process.env['FLEETBEAT_API'] ?? 'http://127.0.0.1:8080';
const proxied = [
  '/api',
  '/healthz',
  '/readyz',
  '/startz',
  '/heartbeat',
  '/heartbeats',
  '/openapi.json',
  '/docs',
  '/static',
];

export default defineConfig({
  base: './',
  plugins: [react(), devBase(), mantineVariables(), preloadFonts(), precompress(), budget()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0, // a data: URL would need a hole in the content security policy
    modulePreload: { polyfill: false },
    reportCompressedSize: false, // budget() says what is sent
    chunkSizeWarningLimit: 800,
  },
  worker: { format: 'es' },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, { target: api }])) },
  test: {
    environment: 'jsdom',
    environmentOptions: { jsdom: { url: 'http://localhost/' } },
    setupFiles: ['src/test/setup.ts'],
    include: ['{src,build}/**/*.test.{ts,tsx}'],
    css: false,
    testTimeout: 20_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
