/** `inkstone data preview | stats | diversity | save SOURCE`: what a model would learn from, and what was done to it; `augment | counterfactual | canaries FILE`. */

import { countCharacters } from '../../data/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages, language } from '../../language.ts';
import type { TextDocument } from '../../types.ts';
import type { CommandContext } from '../command.ts';
import { type LoadedCorpus, loadDocuments } from '../corpus.ts';
import { type dataOptions, preparationOf } from '../corpus-options.ts';
import { fail } from '../errors.ts';
import { truncate } from '../terminal.ts';
import { actionOf } from '../verbs.ts';
import { augment } from './data-augment.ts';

type Context = CommandContext<typeof dataOptions>;

const say = defineMessages({
  example: {
    en: (d: { name: string; before: string; after: string | undefined }) =>
      d.after === undefined ? `  ${d.name}: "${d.before}"` : `  ${d.name}: "${d.before}" → "${d.after}"`,
    zh: (d) =>
      d.after === undefined ? `  ${d.name}：“${d.before}”` : `  ${d.name}：“${d.before}”→“${d.after}”`,
  },
  examples: { en: () => 'for example', zh: () => '例如' },
  lengths: {
    en: (d: Lengths) =>
      `characters of a document: ${d.least} at least, ${d.median} in the middle, ${d.long} for the longest tenth, ${d.most} at most`,
    zh: (d) => `每篇字数：最少 ${d.least}，中位 ${d.median}，最长的一成从 ${d.long} 起，最多 ${d.most}`,
  },
  scripts: {
    en: (d: { han: string; latin: string; other: string }) =>
      `letters: ${d.han} % Chinese characters, ${d.latin} % Latin, ${d.other} % others; `,
    zh: (d) => `文字：汉字 ${d.han} %，拉丁字母 ${d.latin} %，其他 ${d.other} %；`,
  },
  kinds: {
    en: (d: { kinds: number; once: number }) =>
      `${d.kinds} different characters, ${d.once} of them seen only once`,
    zh: (d) => `共 ${d.kinds} 种字符，其中 ${d.once} 种只出现一次`,
  },
  saved: {
    en: (d: { file: string; documents: number }) => `${d.file}: ${d.documents} documents`,
    zh: (d) => `${d.file}：${d.documents} 篇`,
  },
});

type Verb = (context: Context, source: string) => Promise<void>;

const verbs: Readonly<Record<string, Verb>> = {
  preview: onCorpus(preview),
  stats: onCorpus(stats),
  diversity: onCorpus(async (...about) => (await import('./data-diversity.ts')).diversity(...about)),
  save: onCorpus(save),
  augment,
  counterfactual: async (...about) => (await import('./data-counterfactual.ts')).counterfactuals(...about),
  canaries: async (...about) => (await import('./data-canaries.ts')).canaries(...about),
};

export async function run(context: Context): Promise<void> {
  const { args } = context;
  const act = actionOf('data', verbs, args);
  const [verb, source, extra] = args;
  if (source === undefined) {
    const example = `inkstone data ${verb} poems.txt`;
    throw fail('cli/missing-argument', { command: `data ${verb}`, argument: '<source>', example });
  }
  if (extra !== undefined) {
    throw fail('cli/too-many-arguments', { command: `data ${verb}`, got: extra, takesData: false });
  }
  await act(context, source);
}

/** Reads and cleans the source, tells what was done to it, then acts on what is left. */
function onCorpus(act: (context: Context, corpus: LoadedCorpus) => Promise<void> | void): Verb {
  return async (context, source) => {
    const { options, terminal, signal } = context;
    const prepare = preparationOf(options);
    const corpus = await loadDocuments(source, { terminal, signal, offline: options.offline, prepare });
    const { name, cleaning, deduplication, overlap, skipped } = corpus;
    terminal.json({ type: 'corpus', name, cleaning, ...deduplication, ...(overlap && { overlap }), skipped });
    for (const line of corpus.report) terminal.print(line);
    tellExamples(context, corpus);
    await act(context, corpus);
  };
}

const EXAMPLE_WIDTH = 40;
/** Spaces and line ends as they are: some rules change nothing else. */
const shown = (text: string): string => truncate(JSON.stringify(text).slice(1, -1), EXAMPLE_WIDTH);

function tellExamples({ terminal }: Context, { cleaning }: LoadedCorpus): void {
  const examples = cleaning.rules.flatMap(({ label, example }) =>
    example ? [{ name: label[language()](), ...example }] : [],
  );
  if (examples.length > 0) terminal.print(say('examples', {}));
  for (const { name, before, after } of examples) {
    terminal.print(
      say('example', { name, before: shown(before), after: after === undefined ? after : shown(after) }),
    );
  }
}

/** The first documents, as a model would read them. */
function preview({ options, terminal }: Context, { documents }: LoadedCorpus): void {
  for (const document of documents.slice(0, options.first)) {
    terminal.json({ type: 'document', ...document });
    terminal.print();
    const { title, source } = document;
    if (title ?? source) terminal.print(`[${[title, source].filter(Boolean).join(' · ')}]`);
    terminal.print(truncate(document.text.slice(0, PREVIEW_WIDTH), PREVIEW_WIDTH));
  }
}

const PREVIEW_WIDTH = 600;

interface Lengths {
  readonly least: number;
  readonly median: number;
  readonly long: number;
  readonly most: number;
}

/** Lengths, scripts and characters of the clean documents. */
function stats({ terminal }: Context, { documents }: LoadedCorpus): void {
  const lengths = Float64Array.from(documents, ({ text }) => countCharacters(text)).sort();
  const at = (share: number) => lengths[Math.min(lengths.length - 1, Math.floor(share * lengths.length))];
  const size: Lengths = { least: at(0), median: at(0.5), long: at(0.9), most: at(1) };
  const counts = countKinds(documents);
  const { han, latin, other } = countScripts(counts);
  const letters = Math.max(1, han + latin + other);
  const once = Array.from(counts.values()).filter((count) => count === 1).length;
  terminal.json({
    type: 'stats',
    documents: documents.length,
    ...size,
    han,
    latin,
    other,
    kinds: counts.size,
    once,
  });
  const percent = (count: number) => ((100 * count) / letters).toFixed(1);
  terminal.print(say('lengths', size));
  terminal.print(
    say('scripts', { han: percent(han), latin: percent(latin), other: percent(other) }) +
      say('kinds', { kinds: counts.size, once }),
  );
}

/** How often each character occurs. */
function countKinds(documents: readonly TextDocument[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text } of documents) for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  return counts;
}

function countScripts(counts: ReadonlyMap<string, number>): { han: number; latin: number; other: number } {
  const scripts = { han: 0, latin: 0, other: 0 };
  for (const [char, count] of counts) {
    if (/\p{Script=Han}/u.test(char)) scripts.han += count;
    else if (/\p{Script=Latin}/u.test(char)) scripts.latin += count;
    else if (/\p{L}/u.test(char)) scripts.other += count;
  }
  return scripts;
}

/** The clean documents as JSON lines, which any command takes as `--data`. */
async function save({ options, terminal }: Context, { documents }: LoadedCorpus): Promise<void> {
  await writeFileAtomic(options.out, async (sink) => {
    for (const { text, title } of documents) {
      await sink.write(Buffer.from(`${JSON.stringify({ ...(title && { title }), text })}\n`));
    }
  });
  terminal.json({ type: 'saved', file: options.out, documents: documents.length });
  terminal.print(say('saved', { file: options.out, documents: documents.length }));
}
