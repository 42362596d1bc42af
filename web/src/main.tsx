import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError, address } from './api/client';
import { newContact } from './live/contact';
import { newFreshness } from './live/freshness';
import { connect, openStream } from './live/stream';
import { newRouter } from './router';
import { WorldProvider } from './shell/live';
import { theme } from './theme/theme';
import '@mantine/core/styles/global.css';
import 'virtual:mantine.css';
import './theme/fonts.css';
import './theme/theme.css';

const queries = new QueryClient({
  defaultOptions: {
    // An answer of the service, a refusal too, is an answer; only silence is asked again.
    // A browser that takes itself for offline may be wrong, and the server beside it; a write that waits for a network
    // would be sent when nobody thinks of it any more.
    queries: {
      retry: (failures, error) => !(error instanceof ApiError) && failures < 2,
      refetchOnWindowFocus: true,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
const clock = () => Date.now();
const stream = openStream(address('/api/v1/changes'), connect);
const world = { stream, freshness: newFreshness(clock), contact: newContact(clock, stream) };
stream.onReset(() => void queries.resetQueries());

const router = newRouter();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={localStorageColorSchemeManager({ key: 'fleetbeat-theme' })}
      // Both write <style> into the page, which the content security policy forbids; virtual:mantine.css says the same.
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queries}>
        <WorldProvider value={world}>
          <RouterProvider router={router} />
        </WorldProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
