/** What an order comes to, before it costs anything. */

import type { RunEstimate } from '../../api/types.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { Explained } from '../../parts/explained.tsx';
import { bytes, duration, shortNumber } from '../../parts/numbers.ts';
import { useErrorText, Waiting } from '../../parts/states.tsx';
import { useLanguage, useWords } from '../../words.ts';
import classes from './runs.module.css';
import { orderWords } from './words.ts';

export function OrderEstimate({
  estimate,
  error,
  name,
}: {
  readonly estimate: RunEstimate | undefined;
  readonly error: Error | null;
  readonly name: string;
}) {
  const say = useWords(orderWords);
  const { language } = useLanguage();
  const textOf = useErrorText();
  if (error) {
    return (
      <p role="alert" className={classes.problem}>
        {textOf(error)}
      </p>
    );
  }
  if (!estimate) return <Waiting />;
  const { parameters, layers, width, contextLength, memoryBytes, seconds, tokens, command } = estimate;
  return (
    <>
      <section className={classes.panel}>
        <h2>{say.estimate}</h2>
        <dl className={classes.facts}>
          <dt>
            <Explained term="parameters">{say.parameters}</Explained>
          </dt>
          <dd>{shortNumber(parameters)}</dd>
          <dt>{say.shape}</dt>
          <dd>{say.shapeOf(layers, width, contextLength)}</dd>
          <dt>
            <Explained term="memory">{say.memory}</Explained>
          </dt>
          <dd>{say.about(bytes(memoryBytes))}</dd>
          <dt>{say.time}</dt>
          <dd>{say.about(duration(seconds, language))}</dd>
          <dt>
            <Explained term="token">{say.tokens}</Explained>
          </dt>
          <dd>{say.about(shortNumber(tokens))}</dd>
        </dl>
        <p className={classes.meta}>{say.plusReading}</p>
      </section>
      <CommandLine command={command.replace('NAME', name)} />
    </>
  );
}
