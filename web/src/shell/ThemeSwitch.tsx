import { useMantineColorScheme } from '@mantine/core';
import { IconMoon, IconSun } from '@tabler/icons-react';

/** Whether the theme is dark, and what makes it so or not; the first visit follows the system. */
export function useTheme(): [dark: boolean, setDark: (dark: boolean) => void] {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  return [
    (colorScheme === 'auto' ? system : colorScheme) === 'dark',
    (dark) => setColorScheme(dark ? 'dark' : 'light'),
  ];
}

/** Switches between light and dark. */
export function ThemeSwitch() {
  const [dark, setDark] = useTheme();
  const name = dark ? 'Light theme' : 'Dark theme';
  return (
    <button type="button" className="icon-button" aria-label={name} title={name} onClick={() => setDark(!dark)}>
      {dark ? <IconSun size={18} stroke={1.5} /> : <IconMoon size={18} stroke={1.5} />}
    </button>
  );
}
