import type { Plugin } from 'vite';

/** The fonts of the first screen. The extended ones are asked for when a name needs them. */
const first = /geist-(mono-)?latin-wght.*\.woff2$/;

/**
 * Names the fonts in index.html, so that they are asked for with the scripts: the style sheet that names them has to come and
 * be read before the browser knows of them, and text would change its face twice as late.
 */
export function preloadFonts(): Plugin {
  return {
    name: 'fleetbeat-preload-fonts',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((file) => first.test(file))
          .map((file) => ({
            tag: 'link',
            attrs: { rel: 'preload', href: `./${file}`, as: 'font', type: 'font/woff2', crossorigin: true },
            injectTo: 'head' as const,
          })),
    },
  };
}
