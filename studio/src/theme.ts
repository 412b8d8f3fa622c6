/** Stone greys, and the red of a seal for what can be done. */

import { createTheme, type MantineColorsTuple } from '@mantine/core';

const seal: MantineColorsTuple = [
  '#fdefec',
  '#f7dbd6',
  '#efb4ab',
  '#e88b7d',
  '#e16856',
  '#d4503e',
  '#b23a2e',
  '#9c3026',
  '#86281f',
  '#6b1e17',
];

export const theme = createTheme({
  primaryColor: 'seal',
  primaryShade: { light: 6, dark: 6 },
  colors: { seal },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.15rem' } } },
});
