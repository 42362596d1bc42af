import { defineConfig } from 'vitest/config';

// Suites run the real binary and a real browser. A file has one browser; files run beside one another.
export default defineConfig({
  test: {
    globalSetup: ['support/global.ts'],
    include: ['suites/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: Number(process.env['BROWSER_WORKERS'] ?? 3), // 109 s on two idle cores
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // A test that passes only now and then says something; it is not asked again until it says what is wanted.
    retry: 0,
    reporters: ['default'],
  },
});
