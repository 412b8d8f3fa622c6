/** A document as the passages that a search sees; the place that was cited is marked and comes into view. */

import { ActionIcon, Button, Group, SegmentedControl, Tooltip } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { dateTime } from '../../parts/numbers.ts';
import { Failure, Waiting } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useLanguage, useWords } from '../../words.ts';
import type { Draft } from './add-document.tsx';
import classes from './documents.module.css';
import { type OpenDocument, useDocument } from './use-documents.ts';
import { documentsWords } from './words.ts';

type Passage = OpenDocument['shown'][number];

export function DocumentPanel({
  documentKey: key,
  at,
  end,
  onPlace,
  onChange,
  onClose,
}: {
  readonly documentKey: string;
  readonly at: number;
  /** Where the marked place ends; without, nothing is marked. */
  readonly end: number | undefined;
  readonly onPlace: (at: number) => void;
  readonly onChange: (draft: Draft) => void;
  readonly onClose: () => void;
}) {
  const say = useWords(documentsWords);
  const { language } = useLanguage();
  const { data: copies, error, isPlaceholderData } = useDocument(key, at);
  const [copy, setCopy] = useState(0);
  const box = useRef<HTMLElement>(null);
  const document = copies?.[Math.min(copy, copies.length - 1)];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place is another mark to come to
  useEffect(() => {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const mark = box.current?.querySelector('mark') ?? box.current;
    mark?.scrollIntoView({ block: 'center', behavior: calm ? 'auto' : 'smooth' });
  }, [at, end, document?.key, isPlaceholderData]);
  return (
    <section ref={box} className={classes.panel} aria-label={say.document}>
      <header className={classes.panelHead}>
        <h2>{document?.title ?? key}</h2>
        <Tooltip label={say.close}>
          <ActionIcon variant="subtle" color="gray" aria-label={say.close} onClick={onClose}>
            <Icon name="close" />
          </ActionIcon>
        </Tooltip>
      </header>
      {error && <Failure error={error} />}
      {!document && !error && <Waiting />}
      {document && (
        <>
          <p className={classes.quiet}>
            {[
              document.title === null ? '' : key,
              document.source === key ? '' : document.source,
              say.passages(document.passages),
              document.changed && say.changedAt(dateTime(document.changed, language)),
              document.checked && say.checkedAt(dateTime(document.checked, language)),
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
          {copies && copies.length > 1 && (
            <SegmentedControl
              aria-label={say.copies}
              size="xs"
              value={String(copy)}
              data={copies.map(({ isOwn }, i) => ({
                value: String(i),
                label: isOwn ? say.mine : say.everyone,
              }))}
              onChange={(value) => setCopy(Number(value))}
            />
          )}
          <Passages document={document} at={at} end={end} />
          <Group gap="xs">
            {document.shown[0]?.number > 0 && (
              <Button size="compact-sm" variant="default" onClick={() => onPlace(0)}>
                {say.fromStart}
              </Button>
            )}
            {lastOf(document) < document.passages - 1 && (
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => onPlace(document.shown.at(-1)!.start)}
              >
                {say.goOn}
              </Button>
            )}
            {document.isOwn && isWhole(document) && (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<Icon name="edit" size={14} />}
                onClick={() =>
                  onChange({
                    key,
                    text: document.shown.map(({ text }) => text).join(''),
                    ...(document.title !== null && { title: document.title }),
                    ...(document.source !== key && { source: document.source }),
                  })
                }
              >
                {say.edit}
              </Button>
            )}
          </Group>
        </>
      )}
    </section>
  );
}

const lastOf = ({ shown }: OpenDocument): number => shown.at(-1)?.number ?? 0;
const isWhole = ({ shown, passages }: OpenDocument): boolean => shown.length === passages;

function Passages({
  document: { shown },
  at,
  end,
}: {
  readonly document: OpenDocument;
  readonly at: number;
  readonly end: number | undefined;
}) {
  const say = useWords(documentsWords);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must do so by the keyboard too
    <ol className={classes.passages} tabIndex={0}>
      {shown.map((passage) => (
        <li key={passage.number}>
          <small>
            {[say.passage(passage.number + 1), say.tokens(passage.tokens), passage.headings.join(' › ')]
              .filter(Boolean)
              .join(' · ')}
          </small>
          <p>
            <Marked passage={passage} from={at} to={end} />
          </p>
        </li>
      ))}
    </ol>
  );
}

/** The text of a passage with that part of the marked place that lies in it. */
function Marked({
  passage: { text, start },
  from,
  to,
}: {
  readonly passage: Passage;
  readonly from: number;
  readonly to: number | undefined;
}) {
  const [a, b] = [from, to ?? from].map((place) => Math.min(Math.max(place - start, 0), text.length));
  if (b <= a) return text;
  return (
    <>
      {text.slice(0, a)}
      <mark>{text.slice(a, b)}</mark>
      {text.slice(b)}
    </>
  );
}
