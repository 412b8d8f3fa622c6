/** The text, token by token, coloured by how the model took it. One of them is chosen. */

import { type KeyboardEvent, memo, useEffect, useMemo, useRef } from 'react';
import { useWords } from '../../words.ts';
import classes from './inside.module.css';
import type { Shade } from './search.ts';
import { type InspectAnswers, shownPiece } from './use-inspect.ts';
import { insideWords } from './words.ts';

type Reading = InspectAnswers['tokens'];

/** How deep the colour of a token is, from 0 to 1. */
const depths: { readonly [Name in Shade]: (token: Reading['tokens'][number], most: number) => number } = {
  // 8 nats: one in three thousand.
  probability: ({ expected }) => (expected ? Math.min(1, -expected.logprob / 8) : 0),
  entropy: ({ expected }, most) => (expected ? expected.entropy / most : 0),
  rank: ({ expected }) => (expected ? Math.min(1, Math.log2(expected.rank) / 10) : 0),
};

export function TokenStrip({
  reading,
  shade,
  at,
  onChoose,
}: {
  readonly reading: Reading;
  readonly shade: Shade;
  readonly at: number;
  readonly onChoose: (at: number) => void;
}) {
  const say = useWords(insideWords);
  const strip = useRef<HTMLDivElement>(null);
  const count = reading.tokens.length;
  useEffect(() => {
    const chosen = strip.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (strip.current?.contains(document.activeElement)) chosen?.focus();
    chosen?.scrollIntoView({ block: 'nearest' });
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: count,
    };
    const next = moves[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(Math.max(0, Math.min(count, next)));
  };
  return (
    <div
      ref={strip}
      role="listbox"
      aria-label={say.strip}
      aria-orientation="horizontal"
      tabIndex={-1}
      className={classes.strip}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const place = (event.target as HTMLElement).closest<HTMLElement>('[data-at]')?.dataset.at;
        if (place !== undefined) onChoose(Number(place));
      }}
    >
      <Tokens reading={reading} shade={shade} at={at} next={say.next} />
    </div>
  );
}

const Tokens = memo(function Tokens({
  reading,
  shade,
  at,
  next,
}: {
  readonly reading: Reading;
  readonly shade: Shade;
  readonly at: number;
  readonly next: string;
}) {
  const { tokens, loop } = reading;
  const most = useMemo(
    () => tokens.reduce((top, { expected }) => Math.max(top, expected?.entropy ?? 0), 1),
    [tokens],
  );
  return (
    <>
      {tokens.map((token, i) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a place is what a token is here
          key={i}
          role="option"
          aria-selected={i === at}
          tabIndex={i === at ? 0 : -1}
          data-at={i}
          data-loop={(loop && i >= loop.onset + loop.period) || undefined}
          data-half={token.bytes || token.isSpecial ? true : undefined}
          className={classes.token}
          style={{ '--depth': depths[shade](token, most).toFixed(3) } as object}
        >
          {shownPiece(token)}
        </span>
      ))}
      <span
        role="option"
        aria-selected={at === tokens.length}
        tabIndex={at === tokens.length ? 0 : -1}
        data-at={tokens.length}
        data-half
        className={classes.token}
      >
        {next}
      </span>
    </>
  );
});
