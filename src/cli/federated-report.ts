/** What a federated training tells people: who was missing, and how the model does beside others. */

import { type FederatedEvent, type Missing, overall } from '../federated/index.ts';
import { defineMessages } from '../language.ts';
import { type Baseline, type FederatedTraining, roundsOf } from './federating.ts';
import { quoteWord } from './shell-words.ts';
import { formatBytes, formatTable, type Terminal } from './terminal.ts';

const say = defineMessages({
  missing: {
    en: (d: { step: number; client: string; why: string }) =>
      `  round ${d.step} without ${d.client}: ${d.why}`,
    zh: (d) => `  第 ${d.step} 轮缺 ${d.client}：${d.why}`,
  },
  deadline: { en: () => 'no answer in time', zh: () => '未按时应答' },
  lost: { en: () => 'it went away', zh: () => '已失联' },
  nonsense: { en: () => 'its answer makes no sense', zh: () => '应答无意义' },
  refused: { en: () => 'it refused', zh: () => '拒绝应答' },
  rehearsed: { en: () => 'left out on purpose', zh: () => '演练中失联' },
  central: { en: () => 'in one place', zh: () => '集中训练' },
  alone: { en: () => 'alone', zh: () => '单独训练' },
  federated: { en: () => 'federated', zh: () => '联邦训练' },
  round: { en: () => 'round', zh: () => '轮' },
  whose: { en: () => 'held-out text of', zh: () => '留出文本' },
  aboutTable: {
    en: (d: { central: number; alone: number; client: string }) =>
      `held-out loss in nats/token; in one place: ${d.central} updates on all texts; alone: ${d.alone} updates on those of ${d.client}`,
    zh: (d) =>
      `留出损失（奈特/词元）；集中训练：全部文本上 ${d.central} 步；单独训练：仅 ${d.client} 的文本，${d.alone} 步`,
  },
  traffic: {
    en: (d: { down: string; up: string; rounds: number }) =>
      `${d.down} sent to clients and ${d.up} back in ${d.rounds} rounds, evaluations included`,
    zh: (d) => `${d.rounds} 轮共下发 ${d.down}，收回 ${d.up}（含评测）`,
  },
  done: {
    en: (d: { loss: string; bits: string; folder: string }) =>
      `done: held-out loss ${d.loss} nats/token, ${d.bits} bits/char; the run is in ${d.folder}`,
    zh: (d) => `完成：留出损失 ${d.loss} 奈特/词元，${d.bits} 比特/字；训练记录在 ${d.folder}`,
  },
  next: { en: (d: { command: string }) => `let it write: ${d.command}`, zh: (d) => `让它写作：${d.command}` },
});

/** What a way of training is called. */
export const nameOf = (name: 'federated' | Baseline['name']): string => say(name, {});

/** Who was not heard in a round, and why. */
export function tellMissing(step: number, missing: readonly Missing[], terminal: Terminal): void {
  for (const { client, reason, detail } of missing) {
    const why = say(reason, {}) + (detail ? ` (${detail})` : '');
    terminal.print(say('missing', { step, client, why }));
  }
}

/** Rows of the table of rounds that people are shown. */
const SHOWN_ROUNDS = 10;

/** What a federated training came to, beside what it was compared with. */
export async function tellFederated(
  { folder, rounds, texts }: FederatedTraining,
  { clients, heldOutLoss, bitsPerCharacter }: Extract<FederatedEvent, { type: 'evaluation' }>,
  baselines: readonly Baseline[],
  terminal: Terminal,
): Promise<void> {
  const { heldOut, bytesDown, bytesUp } = await roundsOf({ folder });
  for (const { name, steps, heldOut: curve, clients: each } of baselines)
    terminal.json({
      type: 'baseline',
      name,
      steps,
      ...overall(each),
      rounds: Object.fromEntries(curve),
      clients: each,
    });
  const figures = { valLoss: heldOutLoss, bitsPerCharacter, bytesDown, bytesUp };
  terminal.json({ type: 'finish', reason: 'done', step: rounds, ...figures, clients, folder });

  const columns = [say('federated', {}), ...baselines.map(({ name }) => say(name, {}))];
  const steps = [...heldOut.keys()];
  const every = Math.ceil(steps.length / SHOWN_ROUNDS);
  const shown = steps.filter((_, i) => (steps.length - 1 - i) % every === 0);
  const cell = (loss: number | undefined): string => loss?.toFixed(4) ?? '–';
  const curves = shown.map((step) => [
    String(step),
    cell(heldOut.get(step)),
    ...baselines.map((one) => cell(one.heldOut.get(step))),
  ]);
  const people = clients.map(({ client, loss }) => [
    client,
    cell(loss),
    ...baselines.map((one) => cell(one.clients.find((own) => own.client === client)?.loss)),
  ]);
  for (const rows of [
    [[say('round', {}), ...columns], ...curves],
    [[say('whose', {}), ...columns], ...people],
  ])
    for (const line of formatTable(rows)) terminal.print(line);
  if (baselines.length) {
    const [central, alone] = baselines.map((one) => one.steps);
    terminal.print(say('aboutTable', { central, alone, client: texts[0].name }));
  }
  terminal.print(say('traffic', { down: formatBytes(bytesDown), up: formatBytes(bytesUp), rounds }));
  terminal.print(say('done', { loss: heldOutLoss.toFixed(4), bits: bitsPerCharacter.toFixed(3), folder }));
  terminal.print(say('next', { command: `npx inkstone generate ${quoteWord(folder)}` }));
}
