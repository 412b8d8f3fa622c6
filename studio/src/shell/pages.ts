/** The pages, in the order of the menu; the key is the one to press after `g`. */

import type { IconName } from './icons.tsx';

export const pages = [
  { to: '/', name: 'home', key: 's' },
  { to: '/runs', name: 'runs', key: 'r' },
  { to: '/write', name: 'write', key: 'w' },
  { to: '/chat', name: 'chat', key: 'c' },
  { to: '/tasks', name: 'tasks', key: 't' },
  { to: '/apps', name: 'apps', key: 'p' },
  { to: '/music', name: 'music', key: 'm' },
  { to: '/repetition', name: 'repetition', key: 'l' },
  { to: '/inside', name: 'inside', key: 'i' },
  { to: '/documents', name: 'documents', key: 'd' },
  { to: '/papers', name: 'papers', key: 'p' },
  { to: '/label', name: 'label', key: 'k' },
  { to: '/review', name: 'review', key: 'v' },
  { to: '/settings', name: 'settings', key: 'a' },
] as const satisfies readonly { to: string; name: IconName; key: string }[];
