/** `inkstone paper draft | advise | references`: help with one's own paper. */

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import {
  adviseOnDraft,
  type DraftedSection,
  draftedSection,
  draftPaper,
  readOutline,
  sayRemark,
} from '../../apps/index.ts';
import { defineMessages } from '../../language.ts';
import { endpointOf } from '../endpoints.ts';
import { fail } from '../errors.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { openKeptSummaries } from '../kept-summaries.ts';
import { failPapers } from '../papers-errors.ts';
import {
  checkModelOptions,
  checkOut,
  openLibrary,
  type PaperContext,
  readDraft,
  withWriter,
  writeOut,
} from '../papers-parts.ts';
import { inOneLine, withoutControls } from '../shown-text.ts';
import { actionOf } from '../verbs.ts';
import { references } from './paper-references.ts';

const say = defineMessages({
  section: {
    en: (d: { done: number; total: number; heading: string }) => `section ${d.done}/${d.total}: ${d.heading}`,
    zh: (d) => `第 ${d.done}/${d.total} 节：${d.heading}`,
  },
  resumed: {
    en: (d: { path: string; sections: number }) =>
      `going on with ${d.path}: ${d.sections} sections are written`,
    zh: (d) => `继续 ${d.path}：已写好 ${d.sections} 节`,
  },
  stopped: {
    en: (d: { sections: number; path: string; command: string }) =>
      `stopped; ${d.sections} finished sections are kept in ${d.path}; to go on: ${d.command}`,
    zh: (d) => `已停止；完成的 ${d.sections} 节存于 ${d.path}；继续请运行：${d.command}`,
  },
  doubtful: {
    en: (d: { count: number }) =>
      `${d.count} sentences named a source that does not say it: they are marked [source needed]`,
    zh: (d) => `${d.count} 句所引的出处并未这样说：已标为 [待补出处]`,
  },
  material: {
    en: () => 'without a model: each section has its notes and the sentences of the library that bear on it',
    zh: () => '未用模型：每节列出要点，以及文献库中与之有关的原句',
  },
  none: { en: () => 'nothing to remark', zh: () => '没有建议' },
  count: {
    en: (d: { remarks: number; sentences: number; words: number }) =>
      `${d.remarks} remarks on ${d.sentences} sentences (${d.words} words and characters)`,
    zh: (d) => `共 ${d.remarks} 条建议，正文 ${d.sentences} 句（${d.words} 词与字）`,
  },
  dropped: {
    en: (d: { count: number }) => `${d.count} lines of the model named no line of the draft and are left out`,
    zh: (d) => `模型有 ${d.count} 行未指明草稿的行号，未采用`,
  },
  unread: {
    en: (d: { count: number }) =>
      `${d.count} paragraphs do not fit into the window of the model: only the rules read them`,
    zh: (d) => `有 ${d.count} 段放不进模型的窗口：只按规则检查`,
  },
  reading: {
    en: (d: { done: number; total: number }) => `paragraph ${d.done}/${d.total}`,
    zh: (d) => `第 ${d.done}/${d.total} 段`,
  },
});

export async function run(context: PaperContext): Promise<number | undefined> {
  const action = actionOf('paper', { draft, advise, references }, context.args);
  const [verb, file] = context.args;
  checkModelOptions(`paper ${verb}`, context);
  return (await action(context, file)) ?? undefined;
}

const DRAFT = 'draft.md';

async function draft(context: PaperContext, file: string): Promise<number> {
  const { options, terminal, signal, again } = context;
  const { library: spec, out = DRAFT, model, sentences, maxTokens, minSupport, style } = options;
  checkOut('paper draft', out, ['.md']);
  if (spec === undefined) throw fail('cli/missing-value', { command: 'paper draft', option: '--library' });
  if (resolve(out) === resolve(file)) throw failPapers('cli/draft-on-outline', { path: file });
  if (style === 'bibtex' || style === 'csl') {
    const rule = { rule: 'gbt7714, apa or ieee', zhRule: '为 gbt7714、apa 或 ieee' };
    throw fail('cli/value', { command: 'paper draft', option: '--style', ...rule, got: style });
  }
  const { text } = await readDraft(file, { signal, offline: options.offline });
  const outline = readOutline(text, file);
  const { papers, index } = await openLibrary([spec], {
    terminal,
    signal,
    offline: options.offline,
    needsPapers: true,
  });
  const path = options.work ?? `${out}.work.json`;
  let done = 0;
  const write = async (kept: Awaited<ReturnType<typeof openSections>> | undefined) =>
    withWriter(options, async (writer) => {
      const parts = draftPaper(outline, await index(), {
        writer,
        sentences,
        maxTokens,
        minSupport,
        style,
        signal,
        ...(kept && { kept }),
      });
      for await (const part of parts) {
        if (part.type === 'section') {
          done = part.done;
          const { heading } = part.section;
          terminal.json({ type: 'section', done, total: part.total, ...part.section });
          terminal.live(say('section', { done, total: part.total, heading: inOneLine(heading) }));
          continue;
        }
        terminal.endLive({ keep: false });
        terminal.json(part);
        terminal.print(withoutControls(part.text));
        if (model === undefined) terminal.print(say('material', {}));
        if (part.doubtful > 0) terminal.print(say('doubtful', { count: part.doubtful }));
        await writeOut(terminal, out, part.text);
      }
    });
  if (model === undefined) {
    await write(undefined);
    return 0;
  }
  await mkdir(dirname(path), { recursive: true });
  const kept = await openSections(path, {
    outline: hashOf(text),
    library: hashOf(papers.map((paper) => paper.text).join('\0')),
    ...{ model, sentences, maxTokens, minSupport },
    ...(endpointOf(model) && { contextTokens: options.contextTokens, tokenizer: options.tokenizer }),
  });
  if (kept.sections.length > 0) terminal.print(say('resumed', { path, sections: kept.sections.length }));
  try {
    await write(kept);
    await kept.remove();
    return 0;
  } catch (error) {
    if (!signal.aborted || done === 0) throw error;
    terminal.endLive({ keep: false });
    terminal.json({ type: 'stopped', sections: done, work: path });
    terminal.print(say('stopped', { sections: done, path, command: again }));
    return INTERRUPTED;
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Finished sections as a work file keeps them, one text each. */
async function openSections(path: string, work: Readonly<Record<string, unknown>>) {
  const none = (): Error => failPapers('cli/no-draft-work', { path });
  const kept = await openKeptSummaries(path, work, {
    none,
    other: (_, differing) => failPapers('cli/other-draft', { path, differing }),
  });
  const sections = kept.texts.map((text): DraftedSection => {
    try {
      return draftedSection.parse(JSON.parse(text));
    } catch {
      throw none();
    }
  });
  return {
    sections,
    keep: (section: DraftedSection) => kept.keep(JSON.stringify(section)),
    remove: () => kept.remove(),
  };
}

async function advise(context: PaperContext, file: string): Promise<void> {
  const { options, terminal, signal } = context;
  const { out, maxTokens } = options;
  checkOut('paper advise', out, ['.json', '.md']);
  const { text } = await readDraft(file, { signal, offline: options.offline });
  const advice = await withWriter(options, (writer) =>
    adviseOnDraft(text, file, {
      writer,
      maxTokens,
      signal,
      onProgress: (done, total) => terminal.live(say('reading', { done, total })),
    }),
  );
  terminal.endLive({ keep: false });
  const told = advice.remarks.map((remark) => ({ ...remark, message: sayRemark(remark) }));
  for (const remark of told) terminal.json({ type: 'remark', ...remark });
  const { sentences, words, dropped, unread } = advice;
  terminal.json({ type: 'advice', remarks: told.length, sentences, words, dropped, unread });
  const lines = told.map(
    ({ line, message, excerpt }) =>
      `${file}:${line}: ${inOneLine(message)}${excerpt === '' ? '' : `\n    ${inOneLine(excerpt)}`}`,
  );
  for (const line of lines) terminal.print(line);
  terminal.print(
    told.length === 0 ? say('none', {}) : say('count', { remarks: told.length, sentences, words }),
  );
  if (dropped > 0) terminal.print(say('dropped', { count: dropped }));
  if (unread > 0) terminal.print(say('unread', { count: unread }));
  if (out === undefined) return;
  const isJson = extname(out).toLowerCase() === '.json';
  await writeOut(
    terminal,
    out,
    isJson
      ? `${JSON.stringify({ ...advice, remarks: told }, null, 2)}\n`
      : `${lines.map((line) => `- ${line.replace(/\n\s*/, ' — ')}`).join('\n')}\n`,
  );
}
