import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { parseSearch, stringifySearch, validFilter } from './filter/filter';
import { Shell } from './shell/Shell';
import { VehiclesPage } from './vehicles/VehiclesPage';

const root = createRootRoute({ component: Shell });

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/vehicles', replace: true });
  },
});

const vehicles = createRoute({
  getParentRoute: () => root,
  path: '/vehicles',
  validateSearch: validFilter,
  component: VehiclesPage,
});

/** The screens and their addresses; web.go answers index.html at the same ones. */
export const router = createRouter({
  routeTree: root.addChildren([start, vehicles]),
  basepath: new URL(document.baseURI).pathname,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
