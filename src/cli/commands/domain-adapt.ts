/** `inkstone domain adapt RUN --kit KIT --data SOURCE`: a model goes on learning from a field's text; its card says so. */

import { join } from 'node:path';
import type { DomainKit } from '../../apps/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages, language } from '../../language.ts';
import { fail } from '../errors.ts';
import { readKitFile } from '../kits.ts';
import { readCardFields } from '../model-card.ts';
import { defaultFolder } from '../runs.ts';
import { CARD_FIELDS_FILE } from '../sign-offs.ts';
import { formatTable } from '../terminal.ts';
import { tuneOptions } from '../tune-options.ts';
import { type DomainContext, kitOf } from './domain.ts';
import { TRAINING, type Tuned, tuneOnce } from './tune-weights.ts';

const say = defineMessages({
  head: { en: () => 'perplexity|before|after', zh: () => '困惑度|之前|之后' },
  domain: {
    en: (d: { kit: string }) => `held-out text of the field (${d.kit})`,
    zh: (d) => `领域留出文本（${d.kit}）`,
  },
  general: { en: () => 'general text: what the model learned before', zh: () => '一般文本：模型原先学过的' },
  next: {
    en: (d: { card: string }) =>
      `what it is for and what it is not stands in ${d.card}; inkstone card writes it out`,
    zh: (d) => `用途与非用途写在 ${d.card}；可用 inkstone card 生成说明卡`,
  },
  use: {
    en: (d: { name: string; title: string }) =>
      `Domain kit "${d.name}" (${d.title}): texts and questions of this field.`,
    zh: (d) => `领域包“${d.name}”（${d.title}）：该领域的文本与问题。`,
  },
  outOfScope: {
    en: (d: { notice: string }) => `Decisions about a person's own case. ${d.notice}`,
    zh: (d) => `对个人具体事务作决定。${d.notice}`,
  },
  risks: {
    en: (d: { name: string }) =>
      `It may state wrong facts fluently. Serve it with --kit ${d.name}, which warns, refuses and sends people in need to help.`,
    zh: (d) =>
      `可能流畅地说出错误内容。提供服务时请加 --kit ${d.name}：会给出提示、按规则拒答，并引导急需帮助的人求助。`,
  },
});

type TuneValues = Parameters<typeof tuneOnce>[0]['options'];

/** The options of `tune` where nothing is said. */
const defaults = Object.fromEntries(
  Object.entries(tuneOptions).map(([name, row]) => [name, (row as { readonly default?: unknown }).default]),
) as unknown as TuneValues;

export async function adapt(context: DomainContext): Promise<number> {
  const { args, options, given, terminal } = context;
  const kit = await readKitFile(kitOf(context));
  const { data, method, replay, oldData, rank, steps, minutes, batchSize, lr, textColumn, offline, seed } =
    options;
  if (data === undefined) throw fail('cli/missing-value', { command: 'domain adapt', option: '--data' });
  const out = options.out ?? defaultFolder(data, `-${kit.name}-${method}`);
  const isReplayed = replay > 0 && oldData !== '';
  const own = new Set([...given].filter((name) => Object.hasOwn(tuneOptions, name) && name !== 'replay'));
  const { status, tuned } = await tuneOnce({
    ...context,
    args: [method, args[1]],
    options: {
      ...{ ...defaults, data, out, oldData, rank, steps, minutes, batchSize, lr, textColumn, offline, seed },
      replay: isReplayed ? replay : undefined,
    },
    given: isReplayed ? own.add('replay') : own,
  });
  if (!tuned) return status;
  const folder = method === 'full' ? out : join(out, TRAINING);
  await nameInCard(folder, kit);
  tell(context, kit, tuned);
  terminal.print(say('next', { card: join(folder, CARD_FIELDS_FILE) }));
  return 0;
}

/** What a person said of it before stays. */
async function nameInCard(folder: string, kit: DomainKit): Promise<void> {
  const lang = language();
  const fields = {
    intendedUse: say('use', { name: kit.name, title: kit.title[lang] }),
    outOfScope: say('outOfScope', { notice: kit.notice[lang] }),
    risks: say('risks', { name: kit.name }),
    ...(await readCardFields(folder)),
  };
  await writeFileAtomic(join(folder, CARD_FIELDS_FILE), `${JSON.stringify(fields, null, 2)}\n`);
}

function tell(
  { terminal }: DomainContext,
  kit: DomainKit,
  { before, after, method, out, steps }: Tuned,
): void {
  const figures = {
    domain: { before: Math.exp(before.new), after: Math.exp(after.new) },
    ...(before.old !== undefined &&
      after.old !== undefined && { general: { before: Math.exp(before.old), after: Math.exp(after.old) } }),
  };
  terminal.json({ type: 'adapted', kit: kit.name, method, out, steps, perplexity: figures });
  const titles = { domain: say('domain', { kit: kit.name }), general: say('general', {}) };
  const rows = Object.entries(figures).map(([name, sides]) => [
    titles[name as keyof typeof titles],
    ...[sides.before, sides.after].map((value) => value.toFixed(2)),
  ]);
  const table = formatTable([say('head', {}).split('|'), ...rows]);
  for (const line of ['', ...table.map((row) => `  ${row}`), '']) terminal.print(line);
}
