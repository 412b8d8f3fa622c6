/** A text as it grows: every token shaded by how unlikely it was, loops and repairs marked where they begin. */

import { Tooltip } from '@mantine/core';
import { type KeyboardEvent, memo, useDeferredValue, useMemo, useRef, useState } from 'react';
import { Icon } from '../../shell/icons.tsx';
import { useWords } from '../../words.ts';
import { type Alternative, type Draft, type Piece, probability, repairedPhrase, surprise } from './draft.ts';
import { DraftFigures } from './draft-figures.tsx';
import { loopsOf } from './loops.ts';
import { TokenDetail } from './token-detail.tsx';
import { writeWords } from './words.ts';
import classes from './write.module.css';

/** Steps of shading, by surprise in bits: below the first none. */
const SHADES = [1, 2.5, 4.5, 7, 10] as const;

const shadeOf = (piece: Piece): number => SHADES.filter((bits) => surprise(piece) >= bits).length;

export function DraftView({
  draft,
  onRewrite,
}: {
  readonly draft: Draft;
  readonly onRewrite: (at: number, instead: Alternative | undefined) => void;
}) {
  const say = useWords(writeWords);
  const [chosen, setChosen] = useState<number>();
  const box = useRef<HTMLDivElement>(null);
  const settled = useDeferredValue(draft);
  const loops = useMemo(() => loopsOf(settled), [settled]);
  const { pieces, repairs, prompt, status } = draft;
  const active = chosen !== undefined && chosen < pieces.length ? chosen : undefined;

  const choose = (at: number): void => {
    setChosen(at);
    box.current?.querySelector<HTMLElement>(`[data-at="${at}"]`)?.focus();
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === 'Escape') setChosen(undefined);
    if (step === undefined || active === undefined) return;
    event.preventDefault();
    choose(Math.min(pieces.length - 1, Math.max(0, active + step)));
  };
  return (
    <>
      <div className={classes.sheet} aria-busy={status === 'writing'}>
        <span className={classes.prompt}>{prompt}</span>
        {/* biome-ignore lint/a11y/useSemanticElements: a group of words in running text, not of fields */}
        <div ref={box} className={classes.text} role="group" aria-label={say.text} onKeyDown={onKey}>
          {pieces.map((piece, at) => {
            const loop = loops.find(({ start, stop }) => at >= start && at < stop);
            const repair = repairs.find((one) => one.at === at);
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a token's place is what it is
              <span key={at}>
                {repair && <RepairMark label={say.repairedHere(repairedPhrase(pieces, repair).trim())} />}
                {loop?.again === at && (
                  <span className={classes.loopMark} role="img" aria-label={say.loop(loop.copies)}>
                    ↻
                  </span>
                )}
                <Token
                  piece={piece}
                  at={at}
                  isActive={at === active}
                  isFirst={active === undefined && at === 0}
                  isLoop={loop !== undefined && at >= loop.again}
                  isPhrase={repairs.some(({ onset, period }) => at >= onset && at < onset + period)}
                  onChoose={setChosen}
                />
              </span>
            );
          })}
          {status === 'writing' && <span className={classes.caret} aria-hidden="true" />}
        </div>
      </div>
      <DraftFigures draft={settled} loops={loops} />
      {active !== undefined && (
        <TokenDetail
          piece={pieces[active]}
          onClose={() => setChosen(undefined)}
          onRewrite={(instead) => {
            setChosen(undefined);
            onRewrite(active, instead);
          }}
        />
      )}
    </>
  );
}

function RepairMark({ label }: { readonly label: string }) {
  return (
    <Tooltip label={label} multiline maw={280}>
      <span className={classes.repair} role="img" aria-label={label}>
        <Icon name="repetition" size={14} />
      </span>
    </Tooltip>
  );
}

const Token = memo(function Token({
  piece,
  at,
  isActive,
  isFirst,
  isLoop,
  isPhrase,
  onChoose,
}: {
  readonly piece: Piece;
  readonly at: number;
  readonly isActive: boolean;
  readonly isFirst: boolean;
  readonly isLoop: boolean;
  /** Said once, and kept from coming again. */
  readonly isPhrase: boolean;
  readonly onChoose: (at: number) => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button would not break over lines as text does
    <span
      role="button"
      tabIndex={isActive || isFirst ? 0 : -1}
      className={classes.token}
      data-at={at}
      data-shade={shadeOf(piece) || undefined}
      data-active={isActive || undefined}
      data-loop={isLoop || undefined}
      data-break={/^\n/.test(piece.text) || undefined}
      data-phrase={isPhrase || undefined}
      data-chosen={piece.isChosen}
      aria-label={`${piece.text.trim() === '' ? '␣' : piece.text} ${(100 * probability(piece)).toFixed(0)} %`}
      aria-pressed={isActive}
      onClick={() => onChoose(at)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onChoose(at);
      }}
    >
      {piece.text || '▫'}
    </span>
  );
});
