/** `inkstone summarize SOURCE…`: a summary of a text of any length, by its own sentences or by a model. */

import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Summary, type SummaryProgress, summarize } from '../../apps/index.ts';
import { openSource, writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { createAnalyzer } from '../../retrieve/index.ts';
import { jiebaSegmenter } from '../../text/index.ts';
import type { CommandContext } from '../command.ts';
import { endpointOf } from '../endpoints.ts';
import { fail } from '../errors.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { openKeptSummaries } from '../kept-summaries.ts';
import { flagOf, refuseGiven } from '../options.ts';
import { withoutControls } from '../shown-text.ts';
import type { summaryOptions } from '../summary-options.ts';
import { etaSince } from '../terminal.ts';
import { openAnswerWriter } from '../writers.ts';

type Context = CommandContext<typeof summaryOptions>;

const say = defineMessages({
  passedOver: {
    en: (d: { count: number; example: string }) =>
      `passed over ${d.count} files that are no text, such as ${d.example}`,
    zh: (d) => `略过 ${d.count} 个非文本文件，如 ${d.example}`,
  },
  read: {
    en: (d: Place) => `reading ${d.percent} %, eta ${d.eta}`,
    zh: (d) => `阅读 ${d.percent} %，剩余 ${d.eta}`,
  },
  rank: {
    en: (d: Place) => `ranking sentences ${d.done}/${d.total}, eta ${d.eta}`,
    zh: (d) => `句子排序 ${d.done}/${d.total}，剩余 ${d.eta}`,
  },
  map: {
    en: (d: Place) => `summing up parts ${d.done}/${d.total}, eta ${d.eta}`,
    zh: (d) => `概括各部分 ${d.done}/${d.total}，剩余 ${d.eta}`,
  },
  reduce: {
    en: (d: Place) => `putting summaries together ${d.done}/${d.total}, eta ${d.eta}`,
    zh: (d) => `合并摘要 ${d.done}/${d.total}，剩余 ${d.eta}`,
  },
  refine: {
    en: (d: Place) => `refining the summary ${d.done}/${d.total}, eta ${d.eta}`,
    zh: (d) => `修订摘要 ${d.done}/${d.total}，剩余 ${d.eta}`,
  },
  resumed: {
    en: (d: { path: string; parts: number }) => `going on with ${d.path}: ${d.parts} parts are summed up`,
    zh: (d) => `继续 ${d.path}：已概括 ${d.parts} 个部分`,
  },
  stopped: {
    en: (d: { parts: number; path: string; command: string }) =>
      `stopped; ${d.parts} finished parts are kept in ${d.path}; to go on: ${d.command}`,
    zh: (d) => `已停止；完成的 ${d.parts} 个部分存于 ${d.path}；继续请运行：${d.command}`,
  },
  nothing: {
    en: () => 'nothing to say: no part of the text bears on it, or the model wrote no word',
    zh: () => '没有可概括的内容：文中无一处与此有关，或模型什么也没写',
  },
  cut: {
    en: (d: { count: number }) => `${d.count} texts of the model were cut at --max-tokens`,
    zh: (d) => `模型写的 ${d.count} 篇文字因达到 --max-tokens 而截断`,
  },
  written: { en: (d: { out: string }) => `written to ${d.out}`, zh: (d) => `已写入 ${d.out}` },
});

interface Place {
  readonly done: number;
  readonly total: number;
  readonly percent: string;
  readonly eta: string;
}

export async function run(context: Context): Promise<number> {
  checkOptions(context);
  const text = await readText(context);
  return context.options.model === undefined ? quote(text, context) : write(text, context);
}

/** Of use to a model only, and to one behind an endpoint only. */
const OF_MODELS = ['maxTokens', 'contextTokens', 'tokenizer', 'work'];
const OF_ENDPOINTS = ['contextTokens', 'tokenizer'];

function checkOptions({ options: { method, model }, given }: Context): void {
  const command = 'summarize';
  if (model === undefined) {
    if (method !== undefined && method !== 'extract')
      throw fail('cli/needs-option', { command, option: `--method ${method}`, needed: '--model' });
    const idle = OF_MODELS.find((name) => given.has(name));
    if (idle !== undefined)
      throw fail('cli/needs-option', { command, option: flagOf(idle), needed: '--model' });
    return;
  }
  if (method === 'extract') {
    const reason = {
      reason: 'sentences are quoted or written anew',
      zhReason: '要么引用原句，要么由模型撰写',
    };
    refuseGiven(given, ['model'], { command, beside: '--method extract', ...reason });
  }
  if (endpointOf(model)) return;
  const reason = { reason: 'a model here knows its own', zhReason: '本地模型自带这些信息' };
  refuseGiven(given, OF_ENDPOINTS, { command, beside: '--model', ...reason });
}

/** What was read: one text, and where each document begins in it. */
interface ReadText {
  readonly text: string;
  readonly documents: readonly { readonly source: string; readonly start: number }[];
}

async function readText({ args, options, terminal, signal }: Context): Promise<ReadText> {
  const { textColumn, offline } = options;
  const documents: { source: string; start: number }[] = [];
  const texts: string[] = [];
  let start = 0;
  for (const spec of args) {
    const source = await openSource(spec, { signal, offline, textColumn });
    for await (const { text, source: path = spec } of source.documents({ signal })) {
      documents.push({ source: source.files.length > 1 ? `${spec}/${path}` : spec, start });
      texts.push(text);
      start += text.length + BETWEEN.length;
    }
    const { passedOver } = source;
    if (passedOver.length > 0)
      terminal.print(say('passedOver', { count: passedOver.length, example: passedOver[0] }));
  }
  return { text: texts.join(BETWEEN), documents };
}

/** Documents are summed up together. */
const BETWEEN = '\n\n';

async function quote(read: ReadText, context: Context): Promise<number> {
  const { options, signal } = context;
  const { sentences, length, question } = options;
  const segmenter = await jiebaSegmenter();
  const analyze = createAnalyzer(segmenter && { segmenter });
  const parts = summarize(read.text, { method: 'extract', sentences, length, question, analyze, signal });
  await follow(parts, { read, context, before: 0 });
  return 0;
}

async function write(read: ReadText, context: Context): Promise<number> {
  const { options, terminal, signal, again } = context;
  const { method = 'map-reduce', model, sentences, length, question, maxTokens, out } = options;
  const path = options.work ?? (out === undefined ? 'summary.work.json' : `${out}.work.json`);
  await mkdir(dirname(path), { recursive: true });
  const kept = await openKeptSummaries(path, {
    ...{ text: createHash('sha256').update(read.text).digest('hex'), method, model },
    ...{ sentences, length, question, maxTokens },
    ...(endpointOf(model!) && { contextTokens: options.contextTokens, tokenizer: options.tokenizer }),
  });
  const before = kept.texts.length;
  if (before > 0) terminal.print(say('resumed', { path, parts: before }));
  const opened = await openAnswerWriter(model!, options);
  let parts = before;
  const keep = async (text: string): Promise<void> => {
    await kept.keep(text);
    parts++;
  };
  try {
    const { writer } = opened;
    const asked = { method, writer, sentences, length, question, maxTokens, signal };
    await follow(summarize(read.text, { ...asked, kept: { texts: kept.texts, keep } }), {
      read,
      context,
      before,
    });
    await kept.remove();
    return 0;
  } catch (error) {
    if (!signal.aborted || parts === 0) throw error;
    terminal.endLive({ keep: false });
    terminal.json({ type: 'stopped', parts, work: path });
    terminal.print(say('stopped', { parts, path, command: again }));
    return INTERRUPTED;
  } finally {
    opened.close();
  }
}

/** Shows what is told; `before` texts were kept from before and took no time. */
async function follow(
  told: ReturnType<typeof summarize>,
  { read, context, before }: { readonly read: ReadText; readonly context: Context; readonly before: number },
): Promise<void> {
  const { terminal } = context;
  let start = performance.now();
  let stage: SummaryProgress['stage'] | undefined;
  for await (const part of told) {
    if (part.type === 'progress') {
      const { done, total } = part;
      // Reading and ranking take times of their own; the texts of a model are one way.
      if (part.stage !== stage && ['read', 'rank'].includes(part.stage)) start = performance.now();
      stage = part.stage;
      const share = (done - before) / Math.max(1, total - before);
      const percent = ((100 * done) / Math.max(1, total)).toFixed(0);
      terminal.json({ type: 'progress', stage, done, total });
      terminal.live(say(stage, { done, total, percent, eta: etaSince(start, share) }));
    }
    if (part.type === 'text-delta') {
      terminal.endLive({ keep: false });
      terminal.write(withoutControls(part.text));
    }
    if (part.type === 'summary') await tell(part, read, context);
  }
}

async function tell(
  summary: Summary,
  { documents }: ReadText,
  { options, terminal }: Context,
): Promise<void> {
  terminal.endLive({ keep: false });
  if (options.out !== undefined) {
    await mkdir(dirname(options.out), { recursive: true });
    await writeFileAtomic(options.out, `${summary.summary}\n`);
  }
  const sourceAt = (place: number): string => documents.findLast(({ start }) => start <= place)!.source;
  terminal.json({
    ...{ type: 'summary', ...summary },
    ...(summary.method === 'extract' && {
      sentences: summary.sentences.map((one) => ({ ...one, source: sourceAt(one.start) })),
    }),
  });
  terminal.print(summary.summary === '' ? say('nothing', {}) : '');
  if (summary.method !== 'extract') {
    const { length: count = 0 } = summary.finishes;
    if (count > 0) terminal.print(say('cut', { count }));
  }
  if (options.out !== undefined) terminal.print(say('written', { out: options.out }));
}
