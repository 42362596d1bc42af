/**
 * An address within the dashboard to go to after the login, of what the query string says. It is never one of elsewhere: a link
 * that leads over our login to a page that looks like ours is how keys are stolen.
 */
export function within(to: unknown): string {
  if (typeof to !== 'string' || !to.startsWith('/')) return '/';
  const here = 'http://here.invalid';
  // As a browser reads it: it takes backslashes for slashes, and //elsewhere and /\elsewhere for another host.
  const url = URL.parse(to, here);
  if (url?.origin !== here || url.pathname.startsWith('//')) return '/';
  return url.pathname === '/login' ? '/' : url.pathname + url.search + url.hash;
}
