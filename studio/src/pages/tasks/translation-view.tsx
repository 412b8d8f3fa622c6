/** A translation beside its text, line by line. */

import { CopyButton } from '../../parts/command-line.tsx';
import { useWords } from '../../words.ts';
import classes from './tasks.module.css';
import type { Asked } from './use-ask.ts';
import { tasksWords } from './words.ts';

export function TranslationView({ asked: { text, lines, status } }: { readonly asked: Asked<'translate'> }) {
  const say = useWords(tasksWords);
  const sources = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const rows = status === 'busy' ? sources : sources.slice(0, lines.length);
  const whole = lines.map((line) => line.text).join('\n');
  return (
    <>
      <div className={classes.resultHead}>
        <p className={classes.quiet} aria-live="polite">
          {say.lines(lines.length, sources.length)}
        </p>
        <CopyButton text={whole} />
      </div>
      <table className={classes.pairs}>
        <thead>
          <tr>
            <th scope="col">{say.source}</th>
            <th scope="col">{say.translation}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((source, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a text do not move
            <tr key={i} data-waiting={i >= lines.length || undefined}>
              <td>{source}</td>
              <td>{i < lines.length ? lines[i].text : '…'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
