/** One token: how likely it was, what else it could have been, and the way on from there. */

import { ActionIcon, Button } from '@mantine/core';
import { Explained } from '../../parts/explained.tsx';
import { chance } from '../../parts/numbers.ts';
import { Icon } from '../../shell/icons.tsx';
import { useWords } from '../../words.ts';
import { type Alternative, type Piece, probability, surprise } from './draft.ts';
import { writeWords } from './words.ts';
import classes from './write.module.css';

export function TokenDetail({
  piece,
  onClose,
  onRewrite,
}: {
  readonly piece: Piece;
  readonly onClose: () => void;
  readonly onRewrite: (instead: Alternative | undefined) => void;
}) {
  const say = useWords(writeWords);
  const isWritten = (one: Alternative): boolean =>
    one.id !== undefined && piece.id !== undefined ? one.id === piece.id : one.text === piece.text;
  const rows = piece.top.some(isWritten) ? piece.top : [...piece.top, piece];
  return (
    <section className={classes.detail} aria-label={say.token}>
      <header>
        <strong className={classes.glyph}>{shown(piece.text, say)}</strong>
        <span>
          <Explained term="probability">{say.probability}</Explained> {chance(probability(piece))}
        </span>
        <span>
          <Explained term="surprise">{say.surprise}</Explained> {say.bits(surprise(piece).toFixed(1))}
        </span>
        {piece.isChosen && <em>{say.chosenHere}</em>}
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="again" size={14} />}
          onClick={() => onRewrite(undefined)}
        >
          {say.rewriteFrom}
        </Button>
        <ActionIcon variant="subtle" color="gray" aria-label={say.close} onClick={onClose}>
          <Icon name="close" size={16} />
        </ActionIcon>
      </header>
      <h3>{say.alternatives}</h3>
      <ol className={classes.alternatives}>
        {rows.map((one) => (
          <li key={one.id ?? one.text} data-written={isWritten(one) || undefined}>
            <span className={classes.glyph}>{shown(one.text, say)}</span>
            <span className={classes.bar} aria-hidden="true">
              <span style={{ width: `${100 * probability(one)}%` }} />
            </span>
            <span className={classes.share}>{chance(probability(one))}</span>
            {isWritten(one) ? (
              <span className={classes.note}>{say.written}</span>
            ) : (
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={say.continueWith(shown(one.text, say))}
                onClick={() => onRewrite(one)}
              >
                {say.continueShort}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What cannot be seen is named. */
function shown(text: string, say: { readonly whitespace: string; readonly newline: string }): string {
  if (text.includes('\n') && text.trim() === '') return `⏎ ${say.newline}`;
  return text.trim() === '' ? `␣ ${say.whitespace}` : text;
}
