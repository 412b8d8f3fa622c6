/** The studio's pictures: strokes on a grid of 24, drawn in the colour of the text. */

import type { SVGProps } from 'react';

const paths = {
  home: 'M4 11l8-7 8 7M6 10v10h12V10M10 20v-6h4v6',
  runs: 'M4 4v16h16M7 15l4-5 3 3 5-7',
  write: 'M5 19l1-4L16 5l3 3L9 18zM14 7l3 3M12 20h8',
  chat: 'M4 5h16v11H10l-4 4v-4H4z',
  tasks: 'M4 6h9M8.500 4v2M11 6c-1 4-3 6-7 8M6 9c1 2 3 4 6 5M15 12h5M15 16h5M4 20h16',
  apps: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM16.5 13v7M13 16.5h7',
  music:
    'M9 18V6l10-2v11M6.500 16a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 2.500-3M16.500 13a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 2.500-3',
  repetition: 'M17 3l3 3-3 3M20 6H8a4 4 0 0 0-4 4v1M7 21l-3-3 3-3M4 18h12a4 4 0 0 0 4-4v-1',
  inside: 'M12 5c5 0 8 4 9 7-1 3-4 7-9 7s-8-4-9-7c1-3 4-7 9-7zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6',
  documents: 'M7 3h8l4 4v12H7zM15 3v4h4M4 7v14h12M10 11h6M10 15h6',
  papers: 'M5 4h9v4h5v12H5zM14 4l5 4M8 12h8M8 15h8M8 9h3',
  label: 'M4 4h8l8 8-8 8-8-8zM8 7.5v1',
  review: 'M5 4h14v16H5zM9 12l2 2 4-4M9 7h6',
  settings: 'M8 9l-4 3 4 3M16 9l4 3-4 3M13.5 6l-3 12',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2',
  moon: 'M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z',
  auto: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 4v16',
  language: 'M4 6h10M9 4v2M12 6c-1 5-4 8-8 10M6 9c1 3 4 6 7 7M13 20l4-10 4 10M14.500 17h5',
  plus: 'M12 5v14M5 12h14',
  stop: 'M7 7h10v10H7z',
  play: 'M8 5l11 7-11 7z',
  again: 'M20 11a8 8 0 1 0-2 6M20 5v6h-6',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5',
  compare: 'M9 4v16M15 4v16M4 8h5M15 12h5M4 16h5',
  branch: 'M7 4v16M7 14c0-4 10-2 10-8M14 8l3-3 3 3',
  edit: 'M5 19l1-4L16 5l3 3L9 18z',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  microphone: 'M12 4a3 3 0 0 0-3 3v4a3 3 0 0 0 6 0V7a3 3 0 0 0-3-3M6 11a6 6 0 0 0 12 0M12 17v4',
  loud: 'M4 9v6h4l5 4V5L8 9zM16 9c1 2 1 4 0 6M18.500 6.500c3 3 3 8 0 11',
  close: 'M6 6l12 12M18 6L6 18',
  note: 'M5 4h14v11l-5 5H5zM14 20v-5h5M9 9h6M9 13h3',
} as const;

export type IconName = keyof typeof paths;

/** Decoration: what it means must stand beside it in words. */
export function Icon({
  name,
  size = 18,
  ...rest
}: { readonly name: IconName; readonly size?: number } & SVGProps<SVGSVGElement>) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      {...rest}
    >
      <path d={paths[name]} />
    </svg>
  );
}
