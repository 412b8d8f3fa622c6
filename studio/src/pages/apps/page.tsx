/** What a server does for people beside writing: an assistant with tools, customers with a person behind, a tutor. Each has an address. */

import { getRouteApi, Link } from '@tanstack/react-router';
import { PageHead } from '../../parts/page-head.tsx';
import { MissingPage } from '../../shell/broken-page.tsx';
import { useWords } from '../../words.ts';
import tabs from '../tasks/tasks.module.css';
import { AssistantView } from './assistant-view.tsx';
import { CustomersView } from './customers-view.tsx';
import { TutorView } from './tutor-view.tsx';
import { appsWords } from './words.ts';

const route = getRouteApi('/apps/$app');

const views = { assistant: AssistantView, customers: CustomersView, tutor: TutorView } as const;
type AppName = keyof typeof views;
const names = Object.keys(views) as AppName[];
const isAppName = (name: string): name is AppName => Object.hasOwn(views, name);

export function AppsPage() {
  const say = useWords(appsWords);
  const { app } = route.useParams();
  const { model } = route.useSearch();
  if (!isAppName(app)) return <MissingPage />;
  const View = views[app];
  return (
    <>
      <PageHead title={say.title} lead={say.lead} />
      <nav aria-label={say.title} className={tabs.tabs}>
        {names.map((name) => (
          <Link
            key={name}
            to="/apps/$app"
            params={{ app: name }}
            search={model ? { model } : {}}
            activeOptions={{ includeSearch: false }}
          >
            {say[name]}
          </Link>
        ))}
      </nav>
      <View />
    </>
  );
}
