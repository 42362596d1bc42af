import type { Plugin } from 'vite';

/**
 * index.html says `<base href="./">`, which web.go rewrites to lead from each page up to the root, so that the dashboard
 * works behind any path prefix. The dev server has no prefix and no web.go.
 */
export function devBase(): Plugin {
  return {
    name: 'fleetbeat-dev-base',
    apply: 'serve',
    transformIndexHtml: (html) => html.replace('<base href="./" />', '<base href="/" />'),
  };
}
