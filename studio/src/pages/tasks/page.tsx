/** What models do with a text beside going on with it: each task has an address of its own, and the text goes along. */

import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { isField } from '../../parts/keyboard.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { MissingPage } from '../../shell/broken-page.tsx';
import { useWords } from '../../words.ts';
import { RecommendDesk } from './recommend-desk.tsx';
import { TaskDesk } from './task-desk.tsx';
import classes from './tasks.module.css';
import { isTabName, isTaskName, tabNames } from './tasks.ts';
import { VideoDesk } from './video-desk.tsx';
import { tasksWords } from './words.ts';

const route = getRouteApi('/tasks/$task');

export function TasksPage() {
  const say = useWords(tasksWords);
  const { task } = route.useParams();
  const { text } = route.useSearch();
  const navigate = useNavigate();
  const [typed, setTyped] = useState(text ?? '');
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const next = tabNames[Number(event.key) - 1];
      if (next) void navigate({ to: '/tasks/$task', params: { task: next }, search: text ? { text } : {} });
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [navigate, text]);
  if (!isTabName(task)) return <MissingPage />;
  return (
    <>
      <PageHead title={say.title} lead={say.lead} />
      <nav aria-label={say.title} className={classes.tabs}>
        {tabNames.map((name, i) => (
          <Link
            key={name}
            to="/tasks/$task"
            params={{ task: name }}
            search={text ? { text } : {}}
            activeOptions={{ includeSearch: false }}
            title={say.tabKey(i + 1)}
          >
            {say[name]}
          </Link>
        ))}
      </nav>
      {task === 'video' && <VideoDesk />}
      {task === 'recommend' && <RecommendDesk typed={typed} onType={setTyped} />}
      {isTaskName(task) && <TaskDesk key={task} name={task} typed={typed} onType={setTyped} />}
    </>
  );
}
