import { createRootRoute, createRoute, createRouter, type RouterHistory } from '@tanstack/react-router';
import { validCustomerSearch } from './customers/customer';
import { parseSearch, stringifySearch, validFilter } from './filter/filter';
import { Broken, Coming, NotFound } from './shell/Broken';
import { Shell } from './shell/Shell';
import { lazyRouteComponent } from './shell/screen';
import { validRange } from './vehicle/range';
import { validLook } from './vehicles/look';

const root = createRootRoute({ component: Shell });
const under = { getParentRoute: () => root };

// One chunk a screen: nobody waits for what is not looked at.
const routes = [
  createRoute({
    ...under,
    path: '/',
    validateSearch: validFilter,
    component: lazyRouteComponent(() => import('./overview/OverviewPage'), 'OverviewPage'),
  }),
  createRoute({
    ...under,
    path: '/vehicles',
    validateSearch: validLook,
    component: lazyRouteComponent(() => import('./vehicles/VehiclesPage'), 'VehiclesPage'),
  }),
  createRoute({
    ...under,
    path: '/vehicles/$vin',
    validateSearch: validRange,
    component: lazyRouteComponent(() => import('./vehicle/VehiclePage'), 'VehiclePage'),
  }),
  createRoute({
    ...under,
    path: '/lookup',
    component: lazyRouteComponent(() => import('./lookup/LookupPage'), 'LookupPage'),
  }),
  createRoute({
    ...under,
    path: '/customers',
    validateSearch: validCustomerSearch,
    component: lazyRouteComponent(() => import('./customers/CustomersPage'), 'CustomersPage'),
  }),
  createRoute({
    ...under,
    path: '/customers/import',
    component: lazyRouteComponent(() => import('./customers/ImportPage'), 'ImportPage'),
  }),
  createRoute({
    ...under,
    path: '/live',
    validateSearch: validFilter,
    component: lazyRouteComponent(() => import('./feed/FeedPage'), 'FeedPage'),
  }),
  createRoute({
    ...under,
    path: '/login',
    validateSearch: ({ to, ended }: Record<string, unknown>): { to?: string; ended?: string } => ({
      ...(typeof to === 'string' && { to }),
      ...(typeof ended === 'string' && { ended }),
    }),
    component: lazyRouteComponent(() => import('./access/LoginPage'), 'LoginPage'),
  }),
  createRoute({
    ...under,
    path: '/keys',
    component: lazyRouteComponent(() => import('./access/KeysPage'), 'KeysPage'),
  }),
] as const;

/** The screens and their addresses, which web.go knows too: it answers index.html at each. */
export function newRouter(history?: RouterHistory) {
  return createRouter({
    routeTree: root.addChildren(routes),
    basepath: new URL(document.baseURI).pathname,
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: NotFound,
    defaultPendingComponent: Coming,
    scrollRestoration: true,
    ...(history && { history }),
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
