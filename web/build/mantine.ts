import { convertCssVariables, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from '@mantine/core';
import type { Plugin } from 'vite';
import { resolver, theme } from '../src/theme/theme.ts';

/** Palettes of Mantine's that nothing of ours asks for: 13 of 15, most of the bytes. */
const unused =
  /^--mantine-color-(pink|grape|violet|indigo|blue|cyan|teal|green|lime|yellow|orange)-|^--mantine-(h\d|heading)/;

/**
 * Makes Mantine's variables a style sheet at the build, from theme.ts. Mantine would write them into a <style> at run time,
 * which the content security policy forbids.
 */
export function mantineVariables(): Plugin {
  const id = 'virtual:mantine.css';
  return {
    name: 'fleetbeat-mantine-variables',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (source) => (source === `\0${id}` ? variables() : undefined),
  };
}

function variables(): string {
  const merged = mergeMantineTheme(DEFAULT_THEME, theme);
  const theirs = defaultCssVariablesResolver(merged);
  const ours = resolver(merged);
  const used = (values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !unused.test(name)));
  return convertCssVariables(
    {
      variables: used({ ...theirs.variables, ...ours.variables }),
      light: used({ ...theirs.light, ...ours.light }),
      dark: used({ ...theirs.dark, ...ours.dark }),
    },
    ':root',
  );
}
