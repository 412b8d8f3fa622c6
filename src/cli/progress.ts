/** Shows a training as it goes: one live line for people, one object a line for machines. */

import { defineMessages } from '../language.ts';
import { type EnergyRates, energyFigures, privacyMeter, type TrainEvent } from '../train/index.ts';
import { energyLine, energyRates } from './energy.ts';
import { compactNumber, formatDuration, type Terminal } from './terminal.ts';
import type { HeldOutFigures, WatchedTraining } from './training.ts';

const say = defineMessages({
  live: {
    en: (d: LiveLine) =>
      `step ${d.step} ${d.percent}% loss ${d.loss} held-out ${d.heldOut}${d.epsilon} ${d.rate} tok/s eta ${d.eta}`,
    zh: (d: LiveLine) =>
      `第 ${d.step} 步 ${d.percent}% 损失 ${d.loss} 留出 ${d.heldOut}${d.epsilon} ${d.rate} 词元/秒 剩余 ${d.eta}`,
  },
  perplexity: {
    en: (d: { value: string }) => `perplexity ${d.value}`,
    zh: (d) => `困惑度 ${d.value}`,
  },
  bits: { en: (d: { value: string }) => `${d.value} bits/char`, zh: (d) => `${d.value} 比特/字` },
});

interface LiveLine {
  readonly step: number;
  readonly percent: string;
  readonly loss: string;
  readonly heldOut: string;
  /** Of a private training, else empty. */
  readonly epsilon: string;
  readonly rate: string;
  readonly eta: string;
}

/** How the loss of single batches is smoothed for the eye. */
const SMOOTHING = 0.95;

/** The end of a training that was watched. */
export type WatchedFinish = Extract<TrainEvent, { type: 'finish' }> &
  HeldOutFigures & {
    /** What a private training has spent. */
    readonly epsilon?: number;
    /** The latest checkpoint on disk. */
    readonly savedStep: number | undefined;
  };

/** What the command does at some events, beside showing them. */
export interface TrainingWatch {
  readonly onEvaluation?: (event: { step: number; heldOutLoss: number }) => Promise<void>;
  /** What its energy is reckoned with. Default: as the environment says. */
  readonly rates?: EnergyRates;
}

/** Runs a prepared training to its end, showing and recording every event; for machines `finish` comes last, with `valLoss`. */
export async function watchTraining(
  training: WatchedTraining,
  terminal: Terminal,
  watch: TrainingWatch = {},
): Promise<WatchedFinish> {
  const { folder, place } = training.run;
  const rates = watch.rates ?? energyRates('train');
  const inFigures = ({ energy }: Pick<TrainEvent & { type: 'finish' }, 'energy'>) =>
    energy && { energy: energyFigures(energy, rates) };
  let savedStep = place?.step;
  let smoothed: number | undefined;
  let heldOut = '–';
  const { privacy } = training;
  const meter = privacy && privacyMeter(privacy, privacy.delta);
  const spentAt = (step: number) => meter && { epsilon: meter(step) };
  let finish: Extract<TrainEvent, { type: 'finish' }> | undefined;
  for await (const event of training.events()) {
    const record = {
      ...event,
      ...('heldOutLoss' in event &&
        event.heldOutLoss !== undefined &&
        training.figuresOf(event.heldOutLoss, event.step)),
      ...spentAt(event.step),
    };
    await training.run.append(event.type === 'finish' ? { ...record, ...inFigures(event) } : record);
    if (event.type !== 'finish') terminal.json(record);
    if (event.type === 'step') {
      smoothed = smoothed === undefined ? event.loss : SMOOTHING * smoothed + (1 - SMOOTHING) * event.loss;
      terminal.live(
        say('live', {
          step: event.step,
          percent: (100 * event.fraction).toFixed(0),
          loss: smoothed.toFixed(3),
          heldOut,
          epsilon: meter ? ` ε ${meter(event.step).toFixed(2)}` : '',
          rate: compactNumber(event.tokensPerSecond),
          eta: formatDuration(event.etaSeconds),
        }),
      );
    } else if (event.type === 'evaluation') {
      const figures = inWords(training.figuresOf(event.heldOutLoss, event.step));
      heldOut = event.heldOutLoss.toFixed(3) + (figures && ` (${figures})`);
      await watch.onEvaluation?.(event);
    } else if (event.type === 'checkpoint') savedStep = event.step;
    else if (event.type === 'finish') finish = event;
  }
  terminal.endLive();
  const { reason, step, seconds, heldOutLoss } = finish!;
  const figures = {
    ...(heldOutLoss !== undefined && training.figuresOf(heldOutLoss, step)),
    ...spentAt(step),
  };
  const cost = inFigures(finish!);
  terminal.json({ type: 'finish', reason, step, seconds, valLoss: heldOutLoss, ...figures, ...cost, folder });
  if (cost) terminal.print(energyLine(cost.energy));
  return { ...finish!, ...figures, savedStep };
}

function inWords({ bitsPerCharacter: bits, maskedPerplexity }: HeldOutFigures): string {
  if (bits !== undefined) return say('bits', { value: bits.toFixed(2) });
  return maskedPerplexity === undefined ? '' : say('perplexity', { value: maskedPerplexity.toFixed(1) });
}
