import { createRootRoute, createRoute, createRouter, type RouterHistory, redirect } from '@tanstack/react-router';
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

/** The screens and their addresses, which web.go knows too: it answers index.html at each. */
export function newRouter(history?: RouterHistory) {
  return createRouter({
    routeTree: root.addChildren([start, vehicles]),
    basepath: new URL(document.baseURI).pathname,
    parseSearch,
    stringifySearch,
    ...(history && { history }),
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
