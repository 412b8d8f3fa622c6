/** What trials of models came to, in words: what was measured beside what was told, and the order that follows. */

import type { ModelChoice, TrialFigures } from '../eval/index.ts';
import { defineMessages } from '../language.ts';
import { known, percent, shownMs, shownSeconds, titleOf } from './choose-text.ts';
import type { ChoiceTrials } from './choose-trials.ts';
import { formatBytes, formatDuration, formatTable } from './terminal.ts';

const say = defineMessages({
  trialHead: {
    en: (d: { isHigher: boolean }) =>
      `model|${d.isHigher ? 'accuracy' : 'bits a character'}|training: told|measured|ratio|memory: told|measured|ratio|a text: told|measured|ratio`,
    zh: (d) =>
      `模型|${d.isHigher ? '准确率' : '每字比特'}|训练：估计|实测|比值|内存：估计|实测|比值|每条：估计|实测|比值`,
  },
  leftOut: {
    en: (d: { name: string; seconds: string | undefined }) =>
      d.seconds === undefined
        ? `not tried: ${d.name}, for which there is too little text`
        : `not tried: ${d.name}, told to take ${d.seconds}; more with --seconds`,
    zh: (d) =>
      d.seconds === undefined
        ? `未试：${d.name}，文本太少`
        : `未试：${d.name}，估计需 ${d.seconds}；可用 --seconds 加长`,
  },
  steps: {
    en: (d: { done: number; whole: number }) =>
      d.done === d.whole
        ? `the small model had its whole training of ${d.whole} steps`
        : `the small model had ${d.done} of the ${d.whole} steps of its training: its score falls with the rest`,
    zh: (d) =>
      d.done === d.whole
        ? `小模型完成了全部 ${d.whole} 步训练`
        : `小模型只训练了 ${d.whole} 步中的 ${d.done} 步：继续训练，分数还会下降`,
  },
  ranked: {
    en: (d: { names: string }) => `ranked by what was measured: ${d.names}`,
    zh: (d) => `按实测排序：${d.names}`,
  },
});

/** Trials, each with what was told over what was measured. */
export interface ComparedTrials extends ChoiceTrials {
  readonly trials: readonly (ChoiceTrials['trials'][number] & {
    readonly ratio: { readonly [Figure in keyof TrialFigures]?: number | undefined };
  })[];
}

export function compareTrials(tried: ChoiceTrials): ComparedTrials {
  const trials = tried.trials.map((trial) => {
    const ratio = (figure: keyof TrialFigures): number | undefined => {
      const [told, seen] = [trial.estimated[figure], trial.measured[figure]];
      return told === undefined || seen === undefined ? undefined : told / seen;
    };
    return {
      ...trial,
      ratio: {
        trainSeconds: ratio('trainSeconds'),
        trainBytes: ratio('trainBytes'),
        latencyMs: ratio('latencyMs'),
      },
    };
  });
  return { ...tried, trials };
}

/** What was measured beside what was told, then the order that follows, and the commands of the first. */
export function trialLines(
  { better, trials, leftOut, steps }: ComparedTrials,
  ranked: readonly ModelChoice[],
  commands: readonly string[],
): string[] {
  const isHigher = better === 'higher';
  const rows = trials.map(({ name, score, interval, estimated, measured, ratio }) => {
    const three = (key: keyof TrialFigures, show: (value: number) => string): string[] => [
      known(estimated[key], show),
      known(measured[key], show),
      known(ratio[key], (value) => value.toFixed(2)),
    ];
    const within = interval && ` (${(100 * interval.low).toFixed(1)}–${(100 * interval.high).toFixed(1)})`;
    return [
      titleOf(name),
      isHigher ? `${percent(score)}${within ?? ''}` : score.toFixed(3),
      ...three('trainSeconds', shownSeconds),
      ...three('trainBytes', formatBytes),
      ...three('latencyMs', shownMs),
    ];
  });
  const tried = new Set(trials.map(({ name }) => name));
  const names = ranked.filter(({ name }) => tried.has(name)).map(({ name }) => titleOf(name));
  return [
    '',
    ...formatTable([say('trialHead', { isHigher }).split('|'), ...rows]).map((line) => `  ${line}`),
    ...leftOut.map(({ name, seconds }) =>
      say('leftOut', {
        name: titleOf(name),
        seconds: seconds === undefined ? undefined : formatDuration(seconds),
      }),
    ),
    ...(steps ? [say('steps', steps)] : []),
    ...(names.length > 0 ? [say('ranked', { names: names.join(' > ') })] : []),
    ...commands.map((line) => `   npx ${line}`),
  ];
}
