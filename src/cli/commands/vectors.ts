/** `inkstone vectors VERB`: word vectors, learned, looked at, scored and exported. */

import {
  questionScore,
  relatedScore,
  type SimilarWord,
  symbolsOf,
  type WordSpace,
  wordAnalogy,
  wordMap,
  wordMapPlot,
  wordNeighbours,
  wordSpace,
} from '../../eval/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages, language } from '../../language.ts';
import { renderPlot } from '../../plots/index.ts';
import {
  loadWordVectors,
  saveWordVectors,
  trainGlove,
  trainWord2Vec,
  vectorText,
  wordCorpus,
} from '../../train/index.ts';
import type { CommandContext } from '../command.ts';
import { readTextFile } from '../corpus.ts';
import { fail } from '../errors.ts';
import type { vectorsOptions } from '../information-options.ts';
import { readSourceTexts } from '../source-texts.ts';
import { formatTable } from '../terminal.ts';
import { actionOf } from '../verbs.ts';

type Context = CommandContext<typeof vectorsOptions>;

const say = defineMessages({
  corpus: {
    en: (d: { words: number; kinds: number; source: string }) =>
      `${d.source}: ${d.words} words, ${d.kinds} different`,
    zh: (d) => `${d.source}：${d.words} 个词，${d.kinds} 种`,
  },
  learning: { en: (d: { method: string }) => `learning (${d.method})`, zh: (d) => `学习（${d.method}）` },
  learned: {
    en: (d: { folder: string; seconds: string; speed: string }) =>
      `${d.folder}: learned in ${d.seconds} s, ${d.speed} words a second`,
    zh: (d) => `${d.folder}：用时 ${d.seconds} 秒，每秒 ${d.speed} 个词`,
  },
  heldOut: {
    en: (d: { before: string; after: string }) => `held-out loss: ${d.before} before, ${d.after} after`,
    zh: (d) => `留出损失：学习前 ${d.before}，学习后 ${d.after}`,
  },
  related: {
    en: (d: { pairs: number; nearer: string }) =>
      `${d.pairs} related pairs (king queen, 父亲 母亲, …): nearer than unrelated ones in ${d.nearer} % of comparisons; chance is 50`,
    zh: (d) =>
      `${d.pairs} 对相关词（king queen、父亲 母亲……）：有 ${d.nearer} % 的比较中近于无关的词；偶然为 50`,
  },
  noRelated: {
    en: () => 'fewer than 3 pairs of the built-in list have vectors: no score',
    zh: () => '内置词对中有向量的不足 3 对：不评分',
  },
  analogies: {
    en: (d: { right: number; known: number; asked: number }) =>
      `analogies: ${d.right} of ${d.known} right; ${d.asked - d.known} more have words without vectors`,
    zh: (d) => `类比：${d.known} 题中答对 ${d.right} 题；另有 ${d.asked - d.known} 题含没有向量的词`,
  },
  similarities: {
    en: (d: { correlation: string; known: number; asked: number }) =>
      `similarities: Spearman ${d.correlation} over ${d.known} pairs; ${d.asked - d.known} more have words without vectors`,
    zh: (d) =>
      `相似度：${d.known} 对的 Spearman 相关 ${d.correlation}；另有 ${d.asked - d.known} 对含没有向量的词`,
  },
  map: {
    en: (d: { out: string; words: number; share: string }) =>
      `${d.out}: ${d.words} words; the plane holds ${d.share} % of the variance`,
    zh: (d) => `${d.out}：${d.words} 个词；平面保留方差的 ${d.share} %`,
  },
  exported: {
    en: (d: { out: string; words: number }) => `${d.out}: ${d.words} words in the text format of word2vec`,
    zh: (d) => `${d.out}：${d.words} 个词，word2vec 文本格式`,
  },
});

export async function run(context: Context): Promise<void> {
  const { args } = context;
  const act = actionOf('vectors', verbs, args);
  await act(context);
}

const verbs: Readonly<Record<string, (context: Context) => Promise<void>>> = {
  train,
  async neighbours(context) {
    const [space, [word]] = await opened(context, 'neighbours', ['<word>']);
    tellSimilar(context, wordNeighbours(space, word, context.options.top));
  },
  async analogy(context) {
    const [space, [a, b, c]] = await opened(context, 'analogy', ['<a>', '<b>', '<c>']);
    tellSimilar(context, wordAnalogy(space, [a, b, c], context.options.top));
  },
  map,
  async score(context) {
    const [space] = await opened(context, 'score', []);
    tellRelated(context, space);
    const { questions } = context.options;
    if (questions === undefined) return;
    const score = questionScore(space, await readTextFile(questions), questions);
    context.terminal.json({ type: 'questions', ...score });
    context.terminal.print(
      score.kind === 'analogies'
        ? say('analogies', score)
        : say('similarities', { ...score, correlation: score.correlation.toFixed(3) }),
    );
  },
  async export({ args, options, terminal }) {
    const { out = 'vectors.txt' } = options;
    const vectors = await loadWordVectors(folderOf(args, 'export'));
    await writeFileAtomic(out, vectorText(vectors));
    terminal.json({ type: 'exported', out, words: vectors.words.length });
    terminal.print(say('exported', { out, words: vectors.words.length }));
  },
};

async function train({ args, options, terminal, signal }: Context): Promise<void> {
  const { data, method, out = 'vectors', offline, minCount, lowercase } = options;
  if (data === undefined) throw fail('cli/missing-value', { command: 'vectors train', option: '--data' });
  if (args[1] !== undefined) {
    throw fail('cli/too-many-arguments', { command: 'vectors train', got: args[1], takesData: true });
  }
  const texts = await readSourceTexts(data, { signal, offline });
  const corpus = wordCorpus(wordsOf(texts, lowercase === true), { minCount });
  terminal.print(say('corpus', { source: data, words: corpus.ids.length, kinds: corpus.words.length }));
  const bar = terminal.bar(say('learning', { method }), 1);
  const onProgress = (done: number, total: number): void => bar.update(done, total);
  const { size, window, negatives, epochs, lr, threads, seed } = options;
  const shared = { size, window, epochs, lr, seed, signal, onProgress };
  const learning =
    method === 'glove'
      ? trainGlove(corpus, shared)
      : trainWord2Vec(corpus, { ...shared, method, negatives, threads });
  const learned = await learning.finally(() => bar.stop());
  await saveWordVectors(out, learned, { method, source: data });
  const { heldOut, seconds, wordsRead, words } = learned;
  terminal.json({ type: 'vectors', out, method, words: words.length, size, wordsRead, seconds, heldOut });
  const speed = (wordsRead / seconds).toFixed(0);
  terminal.print(say('learned', { folder: out, seconds: seconds.toFixed(1), speed }));
  if (heldOut) {
    terminal.print(say('heldOut', { before: heldOut.before.toFixed(3), after: heldOut.after.toFixed(3) }));
  }
  tellRelated({ terminal }, wordSpace(learned));
}

/** Words that say something: with letters or digits. */
function wordsOf(texts: readonly string[], lowercase: boolean): string[][] {
  return texts.map((text) => {
    const { rows, names } = symbolsOf([lowercase ? text.toLowerCase() : text], 'word');
    const says = names.map((name) => /[\p{L}\p{N}]/u.test(name));
    return Array.from(
      rows[0].filter((symbol) => says[symbol]),
      (symbol) => names[symbol],
    );
  });
}

const EXAMPLE = 'inkstone vectors neighbours vectors 春';

/** The folder, which must be named. */
function folderOf(args: readonly string[], verb: string): string {
  if (args[1] !== undefined) return args[1];
  throw fail('cli/missing-argument', { command: `vectors ${verb}`, argument: '<folder>', example: EXAMPLE });
}

/** The vectors and the words that the verb wants, all of them. */
async function opened(
  { args }: Context,
  verb: string,
  wanted: readonly string[],
): Promise<[space: WordSpace, words: readonly string[]]> {
  const folder = folderOf(args, verb);
  const words = args.slice(2);
  const command = `vectors ${verb}`;
  if (words.length < wanted.length) {
    throw fail('cli/missing-argument', { command, argument: wanted[words.length], example: EXAMPLE });
  }
  if (words.length > wanted.length) {
    throw fail('cli/too-many-arguments', { command, got: words[wanted.length], takesData: false });
  }
  return [wordSpace(await loadWordVectors(folder)), words];
}

function tellSimilar({ terminal }: Context, similar: readonly SimilarWord[]): void {
  terminal.json({ type: 'words', words: similar });
  const rows = similar.map(({ word, similarity }) => [word, similarity.toFixed(3)]);
  if (rows.length > 0) for (const line of formatTable(rows)) terminal.print(line);
}

function tellRelated({ terminal }: Pick<Context, 'terminal'>, space: WordSpace): void {
  const related = relatedScore(space);
  terminal.json({ type: 'related', ...related });
  terminal.print(
    related
      ? say('related', { pairs: related.pairs, nearer: (100 * related.nearer).toFixed(0) })
      : say('noRelated', {}),
  );
}

/** Words on a map when none are named. */
const MAP_WORDS = 60;

async function map({ args, options, terminal }: Context): Promise<void> {
  const { out = 'map.svg' } = options;
  const space = wordSpace(await loadWordVectors(folderOf(args, 'map')));
  const named = args.slice(2);
  const words = named.length > 0 ? named : space.words.slice(0, MAP_WORDS);
  if (words.length < 2) {
    throw fail('cli/missing-argument', {
      command: 'vectors map',
      argument: '<word> <word>',
      example: EXAMPLE,
    });
  }
  const answer = wordMap(space, words);
  await writeFileAtomic(out, renderPlot(wordMapPlot(answer), { lang: language(), standalone: true }));
  terminal.json({ type: 'map', out, ...answer });
  const share = (100 * (answer.explained[0] + answer.explained[1])).toFixed(0);
  terminal.print(say('map', { out, words: words.length, share }));
}
