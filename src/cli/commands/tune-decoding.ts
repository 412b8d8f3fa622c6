/** `inkstone tune decoding RUN`: the decoding options with which a model writes most like text it never saw. */

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type TuneCandidate, type TuneParts, tuneDecoding } from '../../decode/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import type { Tokenizer } from '../../types.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { fileOfModel, loadModel } from '../models.ts';
import { flagOf } from '../options.ts';
import { tellSkipped } from '../outcome.ts';
import { textsOfRun } from '../run-texts.ts';
import { quoteWord } from '../shell-words.ts';
import { formatTable } from '../terminal.ts';
import type { tuneOptions } from '../tune-options.ts';

const say = defineMessages({
  begin: {
    en: (d: { folder: string; data: string; texts: number; tokens: number }) =>
      `${d.folder}: continues ${d.texts} held-out texts of ${d.data} by ${d.tokens} tokens, once for every choice of options`,
    zh: (d) => `${d.folder}：取 ${d.data} 的 ${d.texts} 篇留出文本，每组选项各续写 ${d.tokens} 个词元`,
  },
  live: {
    en: (d: { done: number; total: number; options: string; score: string }) =>
      `tune ${d.done}/${d.total} ${d.options}: ${d.score}`,
    zh: (d) => `调参 ${d.done}/${d.total} ${d.options}：${d.score}`,
  },
  head: {
    en: () =>
      `${'options'}|distance|of which repetition|diversity|surprise|likelihood|seq-rep-4|new tokens|bits a token`,
    zh: () => '选项|距离|其中：重复|多样|信息量|似然|seq-rep-4|新词元|每词元比特',
  },
  people: { en: () => 'people', zh: () => '人写的' },
  plain: { en: () => 'as the model says', zh: () => '按模型原样' },
  chosen: {
    en: (d: { options: string; path: string }) => `nearest to people: ${d.options}; written to ${d.path}`,
    zh: (d) => `最接近人写的：${d.options}；已写入 ${d.path}`,
  },
  next: {
    en: (d: { command: string }) => `to write with them: ${d.command}`,
    zh: (d) => `以此写作：${d.command}`,
  },
  header: {
    en: (d: { data: string; seed: number }) =>
      `# Decoding options found by inkstone tune decoding on ${d.data}, seed ${d.seed}.`,
    zh: (d) => `# 由 inkstone tune decoding 在 ${d.data} 上找到的解码选项，种子 ${d.seed}。`,
  },
});

/** Options whose values may be given, with the value that means nothing is done. */
const NEUTRAL = { temperature: 1, topK: 0, topP: 1, minP: 0 } as const;
/** Rows of the table for people. */
const SHOWN = 8;

export async function tuneDecodingOptions(context: CommandContext<typeof tuneOptions>): Promise<void> {
  const { args, options, terminal, signal } = context;
  const [, folder] = args;
  const space = spaceOf(options);
  const saved = await loadModel(folder);
  tellSkipped(terminal, saved);
  const { name, heldOut } = await textsOfRun(saved, { terminal, signal, ...options });
  const { prompts, promptTokens, budget, seed } = options;
  const { maxTokens, pieces } = cut(heldOut, saved.tokenizer, {
    prompts,
    promptTokens,
    maxTokens: options.maxTokens,
    contextLength: saved.model.contextLength,
  });
  const texts = Math.min(prompts, pieces.length);
  terminal.print(say('begin', { folder, data: name, texts, tokens: maxTokens }));
  const tuning = { prompts, promptTokens, maxTokens, budget, seed, signal, ...(space && { space }) };
  let people: string[] = [];
  for await (const event of tuneDecoding(saved.model, pieces, tuning)) {
    terminal.json(event);
    if (event.type === 'tune-start') {
      const { repetition, diversity, surprise } = event.heldOut;
      people = [say('people', {}), '', '', '', '', '', ...[repetition, diversity, surprise].map(three)];
    } else if (event.type === 'tune-candidate') {
      const { index, total, candidate } = event;
      const live = { done: index + 1, total, options: optionWords(candidate), score: three(candidate.score) };
      terminal.live(say('live', live));
    } else {
      terminal.endLive({ keep: false });
      const rows = event.ranking.slice(0, SHOWN).map(rowOf);
      const table = formatTable([say('head', {}).split('|'), people, ...rows]);
      for (const line of ['', ...table.map((line) => `  ${line}`), '']) terminal.print(line);
      if (!signal.aborted) await keep(event.best, name, context);
    }
  }
}

/** Writes the options as a file for `generate --config`, and says how to use it. */
async function keep(
  best: TuneCandidate,
  data: string,
  { args, options, terminal }: CommandContext<typeof tuneOptions>,
): Promise<void> {
  const path = options.out ?? fileOfModel(args[1], 'decoding.yaml');
  const lines = effective(best).map(([name, value]) => `  ${name}: ${value}`);
  const section = lines.length > 0 ? ['generate:', ...lines] : ['generate: {}'];
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, [say('header', { data, seed: options.seed }), ...section, ''].join('\n'));
  terminal.json({ type: 'written', path, options: Object.fromEntries(effective(best)) });
  terminal.print(say('chosen', { options: optionWords(best), path }));
  const command = `inkstone generate ${quoteWord(args[1])} --config ${quoteWord(path)}`;
  terminal.print(say('next', { command }));
}

type Values = CommandContext<typeof tuneOptions>['options'];

/** What to try, where values are given; `undefined` for the tuner's own choice. */
function spaceOf(options: Values): Readonly<Record<string, readonly number[]>> | undefined {
  const given = Object.keys(NEUTRAL).flatMap((name) => {
    const text = options[name as keyof typeof NEUTRAL];
    if (text === undefined) return [];
    const values = text.split(',').map(Number);
    if (text.trim() === '' || values.some((value) => !Number.isFinite(value))) {
      const rule = { rule: 'numbers separated by commas', zhRule: '为以逗号分隔的数字' };
      throw fail('cli/value', { command: 'tune', option: flagOf(name), ...rule, got: text });
    }
    return [[name, values] as const];
  });
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

/** How many tokens are written unless given or the texts are shorter, and the fewest that say anything. */
const MOST_TOKENS = 64;
const LEAST_TOKENS = 8;

interface Cut {
  readonly prompts: number;
  readonly promptTokens: number;
  readonly maxTokens: number | undefined;
  readonly contextLength: number;
}

/** Held-out texts in pieces of a prompt and its continuation, as long as enough of the texts allow. */
function cut(texts: readonly string[], tokenizer: Tokenizer, options: Cut) {
  const { prompts, promptTokens, contextLength } = options;
  const ids = texts.map((text) => tokenizer.encode(text));
  const piecesOf = (length: number): number[][] =>
    ids.flatMap((text) =>
      Array.from({ length: Math.floor(text.length / length) }, (_, i) =>
        Array.from(text.slice(i * length, (i + 1) * length)),
      ),
    );
  let maxTokens = options.maxTokens ?? Math.min(MOST_TOKENS, contextLength - promptTokens);
  let pieces = piecesOf(promptTokens + maxTokens);
  while (options.maxTokens === undefined && pieces.length < prompts && maxTokens > LEAST_TOKENS) {
    maxTokens = Math.max(LEAST_TOKENS, Math.floor(maxTokens * 0.75));
    pieces = piecesOf(promptTokens + maxTokens);
  }
  return { maxTokens, pieces };
}

const three = (x: number): string => x.toFixed(3);

const PARTS = ['repetition', 'diversity', 'surprise', 'likelihood'] as const satisfies (keyof TuneParts)[];

function rowOf(candidate: TuneCandidate): string[] {
  const { score, parts, statistics } = candidate;
  const { repetition, diversity, surprise } = statistics;
  const figures = [score, ...PARTS.map((part) => parts[part]), repetition, diversity, surprise];
  return [optionWords(candidate), ...figures.map(three)];
}

/** The options that do something. */
function effective({ options }: TuneCandidate): [string, unknown][] {
  return Object.entries(options).filter(
    ([name, value]) => (NEUTRAL as Readonly<Record<string, number>>)[name] !== value,
  );
}

const optionWords = (candidate: TuneCandidate): string =>
  effective(candidate)
    .map(([name, value]) => `${flagOf(name)} ${value}`)
    .join(' ') || say('plain', {});
