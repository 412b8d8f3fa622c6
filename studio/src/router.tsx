/** Every page has an address that holds its settings; the page's code is loaded when it is first opened. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { appsSearch } from './pages/apps/search.ts';
import { chatSearch } from './pages/chat/search.ts';
import { documentsSearch } from './pages/documents/search.ts';
import { insideSearch } from './pages/inside/search.ts';
import { labelSearch } from './pages/label/search.ts';
import { musicSearch } from './pages/music/search.ts';
import { papersSearch } from './pages/papers/search.ts';
import { repetitionSearch } from './pages/repetition/search.ts';
import { reviewSearch } from './pages/review/search.ts';
import { compareSearch, runSearch } from './pages/runs/search.ts';
import { tasksSearch } from './pages/tasks/search.ts';
import { writeSearch } from './pages/write/search.ts';
import { Waiting } from './parts/states.tsx';
import { BrokenPage, MissingPage } from './shell/broken-page.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: MissingPage });
const at = () => root;

const home = createRoute({
  getParentRoute: at,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/home/page.tsx'), 'HomePage'),
});

const runs = createRoute({
  getParentRoute: at,
  path: '/runs',
  component: lazyRouteComponent(() => import('./pages/runs/page.tsx'), 'RunsPage'),
});

const order = createRoute({
  getParentRoute: at,
  path: '/runs/new',
  component: lazyRouteComponent(() => import('./pages/runs/order-page.tsx'), 'OrderPage'),
});

const compare = createRoute({
  getParentRoute: at,
  path: '/runs/compare',
  validateSearch: compareSearch,
  component: lazyRouteComponent(() => import('./pages/runs/compare-page.tsx'), 'ComparePage'),
});

const run = createRoute({
  getParentRoute: at,
  path: '/runs/$name',
  validateSearch: runSearch,
  component: lazyRouteComponent(() => import('./pages/runs/run-page.tsx'), 'RunPage'),
});

const write = createRoute({
  getParentRoute: at,
  path: '/write',
  validateSearch: writeSearch,
  component: lazyRouteComponent(() => import('./pages/write/page.tsx'), 'WritePage'),
});

const chat = createRoute({
  getParentRoute: at,
  path: '/chat',
  validateSearch: chatSearch,
  component: lazyRouteComponent(() => import('./pages/chat/page.tsx'), 'ChatPage'),
});

const tasks = createRoute({
  getParentRoute: at,
  path: '/tasks',
  beforeLoad: () => {
    throw redirect({ to: '/tasks/$task', params: { task: 'translate' }, replace: true });
  },
});

const task = createRoute({
  getParentRoute: at,
  path: '/tasks/$task',
  validateSearch: tasksSearch,
  component: lazyRouteComponent(() => import('./pages/tasks/page.tsx'), 'TasksPage'),
});

const apps = createRoute({
  getParentRoute: at,
  path: '/apps',
  beforeLoad: () => {
    throw redirect({ to: '/apps/$app', params: { app: 'assistant' }, replace: true });
  },
});

const app = createRoute({
  getParentRoute: at,
  path: '/apps/$app',
  validateSearch: appsSearch,
  component: lazyRouteComponent(() => import('./pages/apps/page.tsx'), 'AppsPage'),
});

const music = createRoute({
  getParentRoute: at,
  path: '/music',
  validateSearch: musicSearch,
  component: lazyRouteComponent(() => import('./pages/music/page.tsx'), 'MusicPage'),
});

const repetition = createRoute({
  getParentRoute: at,
  path: '/repetition',
  validateSearch: repetitionSearch,
  component: lazyRouteComponent(() => import('./pages/repetition/page.tsx'), 'RepetitionPage'),
});

const inside = createRoute({
  getParentRoute: at,
  path: '/inside',
  validateSearch: insideSearch,
  component: lazyRouteComponent(() => import('./pages/inside/page.tsx'), 'InsidePage'),
});

const documents = createRoute({
  getParentRoute: at,
  path: '/documents',
  validateSearch: documentsSearch,
  component: lazyRouteComponent(() => import('./pages/documents/page.tsx'), 'DocumentsPage'),
});

const papers = createRoute({
  getParentRoute: at,
  path: '/papers',
  validateSearch: papersSearch,
  component: lazyRouteComponent(() => import('./pages/papers/page.tsx'), 'PapersPage'),
});

const label = createRoute({
  getParentRoute: at,
  path: '/label',
  validateSearch: labelSearch,
  component: lazyRouteComponent(() => import('./pages/label/page.tsx'), 'LabelPage'),
});

const review = createRoute({
  getParentRoute: at,
  path: '/review',
  validateSearch: reviewSearch,
  component: lazyRouteComponent(() => import('./pages/review/page.tsx'), 'ReviewPage'),
});

const settings = createRoute({
  getParentRoute: at,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/page.tsx'), 'SettingsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    runs,
    order,
    compare,
    run,
    write,
    chat,
    tasks,
    task,
    apps,
    app,
    music,
    repetition,
    inside,
    documents,
    papers,
    label,
    review,
    settings,
  ]),
  defaultPreload: 'intent',
  defaultPendingComponent: Waiting,
  defaultErrorComponent: BrokenPage,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
