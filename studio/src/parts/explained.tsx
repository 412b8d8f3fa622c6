/** A word of the interface, explained to whoever points at it, touches it or comes to it with the keyboard. */

import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { explain, type TermId } from '../../../src/glossary/index.ts';
import { defineWords, useLanguage, useWords } from '../words.ts';
import classes from './explained.module.css';

const words = defineWords({ wordsHere: { en: 'Words used here:', zh: '这里的词：' } });

const events = { hover: true, focus: true, touch: true };

/** Within the page's landmark, not behind all of them. */
const place = { target: '#page' };

export function Explained({ term, children }: { readonly term: TermId; readonly children: ReactNode }) {
  const { language } = useLanguage();
  return (
    <Tooltip
      label={explain(term, language).text}
      events={events}
      portalProps={place}
      openDelay={250}
      multiline
      maw={360}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what explains itself must do so to the keyboard too */}
      <span className={classes.word} tabIndex={0}>
        {children}
      </span>
    </Tooltip>
  );
}

/** Words that belong to what is shown, where no label holds them. */
export function WordList({ terms }: { readonly terms: readonly TermId[] }) {
  const say = useWords(words);
  const { language } = useLanguage();
  return (
    <p className={classes.list}>
      {say.wordsHere}
      {terms.map((term) => (
        <Explained key={term} term={term}>
          {explain(term, language).name}
        </Explained>
      ))}
    </p>
  );
}

/** The word as it is where it has no explanation. */
export function MaybeExplained({
  term,
  children,
}: {
  readonly term: TermId | undefined;
  readonly children: ReactNode;
}) {
  return term ? <Explained term={term}>{children}</Explained> : children;
}
