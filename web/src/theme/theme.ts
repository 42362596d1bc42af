import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Accent: focus, selection, links and the freeze bar. It never means a status. */
const accent: MantineColorsTuple = [
  '#edf0fd',
  '#d9dffb',
  '#b9c4f5',
  '#9aacff',
  '#7389ec',
  '#526be0',
  '#3e59d8',
  '#2f4bd0',
  '#263fb3',
  '#1d3192',
];

export const theme = createTheme({
  fontFamily: 'var(--fb-font)',
  fontFamilyMonospace: 'var(--fb-mono)',
  colors: { accent },
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 3 },
  autoContrast: true,
  defaultRadius: 5,
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '24px', xl: '28px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
});

/** Mantine's own surfaces read the same tokens, so both themes are decided in theme.css alone. */
export const resolver: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--fb-bg)',
    '--mantine-color-text': 'var(--fb-ink)',
    '--mantine-color-dimmed': 'var(--fb-ink-3)',
    '--mantine-color-placeholder': 'var(--fb-ink-3)',
    '--mantine-color-anchor': 'var(--fb-accent)',
    '--mantine-color-default': 'var(--fb-bg)',
    '--mantine-color-default-hover': 'var(--fb-hover)',
    '--mantine-color-default-border': 'var(--fb-control)',
    '--mantine-color-default-color': 'var(--fb-ink)',
    '--mantine-primary-color-filled': 'var(--fb-accent)',
  };
  return { variables: {}, light: shared, dark: shared };
};
