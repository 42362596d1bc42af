import { lazyRouteComponent as lazily } from '@tanstack/react-router';

/** A screen's code could not be loaded: the server has a newer dashboard than this page, or cannot be reached. */
export class NotLoaded extends Error {
  override readonly name = 'NotLoaded';
}

/**
 * A screen that is loaded when somebody goes there. The router's own way loads the whole page anew where that fails, and
 * without contact leaves nothing but the browser's error page.
 */
export const lazyRouteComponent: typeof lazily = (importer, name) =>
  lazily(
    () =>
      importer().catch((error: unknown) => {
        throw new NotLoaded('a screen could not be loaded', { cause: error });
      }),
    name,
  );
