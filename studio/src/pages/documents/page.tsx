/** The documents that questions are answered from: what is in them, what a search finds, what they answer. */

import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { ApiError } from '../../api/client.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { Failure, Notice, Waiting } from '../../parts/states.tsx';
import { useWords } from '../../words.ts';
import { AddDocument, type Draft } from './add-document.tsx';
import { AskView } from './ask-view.tsx';
import { DocumentList } from './document-list.tsx';
import { DocumentPanel } from './document-panel.tsx';
import classes from './documents.module.css';
import { useDocuments } from './use-documents.ts';
import { documentsWords } from './words.ts';

const route = getRouteApi('/documents');

export function DocumentsPage() {
  const say = useWords(documentsWords);
  const { filter, key, at = 0, end } = route.useSearch();
  const navigate = route.useNavigate();
  const [after, setAfter] = useState<string>();
  const [draft, setDraft] = useState<Draft>();
  const list = useDocuments(filter, after);
  const { error } = list;
  if (error instanceof ApiError && error.code === 'serve/no-documents') {
    return (
      <>
        <PageHead title={say.title} lead={say.lead} />
        <Notice title={say.none}>
          <p>{say.noneHow}</p>
          <CommandLine label={say.startEmpty} command="npx inkstone studio --index my-documents" />
          <p className={classes.gap}>{say.orFromFolder}</p>
          <CommandLine label={say.startFilled} command="npx inkstone index FOLDER --out my-documents" />
        </Notice>
      </>
    );
  }
  const show = (place: { readonly key?: string; readonly at?: number; readonly end?: number }): void =>
    void navigate({
      search: ({ key: _, at: __, end: ___, ...before }) => ({ ...before, ...place }),
      resetScroll: false,
    });
  const isEmpty = list.data?.data.length === 0 && filter === undefined && after === undefined;
  return (
    <>
      <PageHead title={say.title} lead={say.lead} />
      {error && <Failure error={error} onAgain={() => void list.refetch()} />}
      {!list.data && !error && <Waiting />}
      {list.data && (
        <div className={classes.room} data-open={key !== undefined || undefined}>
          <aside className={classes.side}>
            <AddDocument
              key={draft?.key ?? ''}
              draft={draft}
              takesFiles={list.data.takesFiles}
              isOpen={isEmpty || draft !== undefined}
              onDone={() => setDraft(undefined)}
            />
            <DocumentList
              list={list.data}
              filter={filter ?? ''}
              shown={key}
              isFirst={after === undefined}
              onFilter={(text) => {
                setAfter(undefined);
                void navigate({
                  search: (before) => ({ ...before, filter: text || undefined }),
                  replace: true,
                  resetScroll: false,
                });
              }}
              onPage={setAfter}
              onShow={(next) => show({ key: next })}
            />
          </aside>
          <AskView isByMeaning={list.data.isByMeaning} isEmpty={isEmpty} onShow={show} />
          {key !== undefined && (
            <DocumentPanel
              key={key}
              documentKey={key}
              at={at}
              end={end}
              onPlace={(place) => show({ key, at: place })}
              onChange={setDraft}
              onClose={() => show({})}
            />
          )}
        </div>
      )}
    </>
  );
}
