/** What a fresh model shows of itself: texts for a few openings, and its repetition beside that of people. */

import { type CorpusName, chunkDocuments } from '../data/index.ts';
import {
  collectTexts,
  type createTextModel,
  type GeneratedText,
  type GenerationOptions,
} from '../decode/index.ts';
import { defineMessages } from '../language.ts';
import {
  createVocabulary,
  endLoop,
  guessUnit,
  measureTexts,
  type RepetitionReport,
  splitText,
} from '../repeat/index.ts';
import type { GuardStats, LanguageModel, TextDocument, Tokenizer } from '../types.ts';
import type { NamedReport } from './repetition-table.ts';
import { writerOf } from './runs.ts';

type Writer = ReturnType<typeof createTextModel>;

const say = defineMessages({
  greedy: { en: () => 'greedy', zh: () => '贪心' },
  guarded: { en: () => 'greedy, guarded', zh: () => '贪心加护' },
  nucleus: { en: (d: { p: number }) => `nucleus ${d.p}`, zh: (d) => `核采样 ${d.p}` },
  human: { en: () => 'people', zh: () => '人' },
  form: {
    en: (d: { name: string; right: number; lines: number; share: string }) =>
      `${d.name}: ${d.right} of ${d.lines} lines (${d.share} %) have 5 or 7 characters, a comma, as many again, and a full stop`,
    zh: (d) =>
      `${d.name}：${d.lines} 行中有 ${d.right} 行（${d.share} %）合乎格式：五字或七字，逗号，字数相同，句号`,
  },
  loop: {
    en: (d: { text: string; period: number; copies: number }) =>
      `a loop the greedy decoder fell into (${d.copies} copies of ${d.period}): ${d.text}`,
    zh: (d) => `贪心解码陷入的一处循环（长 ${d.period}，重复 ${d.copies} 次）：${d.text}`,
  },
  guard: {
    en: (d: Omit<GuardReport, 'example'>) =>
      `The guard found a loop in ${d.repaired} of ${d.texts} greedy texts, wrote on in ${d.repaired - d.cutShort} of them and ended ${d.cutShort} before it ` +
      `(${d.repairs} repairs, ${d.discardedTokens} tokens taken back, none of them shown); the other texts are unchanged.`,
    zh: (d) =>
      `护栏在 ${d.texts} 篇贪心之作中发现 ${d.repaired} 篇陷入循环：${d.repaired - d.cutShort} 篇改写后续完，${d.cutShort} 篇在循环之前收尾` +
      `（修复 ${d.repairs} 次，收回 ${d.discardedTokens} 个未曾显示的词元）；其余各篇一字未动。`,
  },
  before: { en: (d: { text: string }) => `before: ${d.text}`, zh: (d) => `之前：${d.text}` },
  after: { en: (d: { text: string }) => `after:  ${d.text}`, zh: (d) => `之后：${d.text}` },
  meaning: {
    en: (d: {
      greedy: string;
      nucleus: string;
      human: string;
      worse: boolean;
      loops: number;
      texts: number;
    }) =>
      `Of all 2- to 4-grams, greedy writing leaves a diversity of ${d.greedy} %, sampling ${d.nucleus} %, people ${d.human} %; ` +
      `${d.loops} of ${d.texts} greedy texts end in a loop. ` +
      (d.worse
        ? 'Always taking the likeliest token makes a model feed on its own words; drawing from the likely ones is the simplest cure.'
        : 'This model does not repeat itself more when it is greedy; longer texts or more training would show whether that lasts.'),
    zh: (d) =>
      `按二至四元组计，贪心写作的多样性为 ${d.greedy} %，采样为 ${d.nucleus} %，人所写为 ${d.human} %；${d.texts} 篇贪心之作中有 ${d.loops} 篇以循环收尾。` +
      (d.worse
        ? '总取概率最高的词元，模型就会拾自己的牙慧而成“复读机”；从较可能的词元中抽取，是最简单的药方。'
        : '这个模型在贪心时并不更爱复读；写得更长或训练更久，才知道能否一直如此。'),
  },
});

const NUCLEUS_P = 0.9;
const SAMPLE_TOKENS = 48;

/** The decoders that are compared. */
export const decoders = {
  greedy: { temperature: 0 },
  guarded: { temperature: 0, guard: true },
  nucleus: { temperature: 1, topP: NUCLEUS_P },
} as const satisfies { readonly [name: string]: GenerationOptions };

export type DecoderName = keyof typeof decoders;

export const decoderLabel: { readonly [D in DecoderName]: () => string } = {
  greedy: () => say('greedy', {}),
  guarded: () => say('guarded', {}),
  nucleus: () => say('nucleus', { p: NUCLEUS_P }),
};

const readyOpenings: { readonly [C in CorpusName]: readonly string[] } = {
  poems: ['春', '月', '江上'],
  tang: ['春', '月', '江上'],
  addresses: ['The people', 'We must', 'I recommend'],
  'moby-dick': ['The whale', 'I ', 'Upon'],
};

const OPENINGS = 3;

/** Three beginnings: those of a known corpus, or the first words of held-out texts. */
export function openingsFor(
  known: CorpusName | undefined,
  heldOut: readonly TextDocument[],
): readonly string[] {
  if (known) return readyOpenings[known];
  const beginnings = new Set(humanTexts(heldOut, { count: 50, maxCharacters: 200 }).map(beginningOf));
  return [...beginnings].slice(0, OPENINGS);
}

/** The first `count` texts that people wrote; where there are fewer, long ones are cut into several. */
export function humanTexts(
  heldOut: readonly TextDocument[],
  { count, maxCharacters }: { readonly count: number; readonly maxCharacters: number },
): readonly string[] {
  const pieces =
    heldOut.length < count
      ? [...chunkDocuments(heldOut, { maxCharacters })].map(({ text }) => text.trim())
      : heldOut.slice(0, count).map(({ text }) => text.slice(0, maxCharacters));
  return pieces.filter(Boolean).slice(0, count);
}

/** The first two characters of Chinese, the first two words of anything else. */
export function beginningOf(text: string): string {
  if (guessUnit([text]) === 'characters') return [...text].slice(0, 2).join('');
  return text.trimStart().split(/\s+/).slice(0, 2).join(' ');
}

/** One continuation for each prompt, all in one batch; the prompt is part of the text. */
export async function writeTexts(
  writer: Writer,
  prompts: readonly string[],
  options: GenerationOptions & { readonly signal?: AbortSignal },
): Promise<GeneratedText[]> {
  if (prompts.length === 0) return [];
  const written = await collectTexts(writer.generate({ ...options, prompt: prompts }));
  return written.map((one, i) => ({ ...one, text: prompts[i] + one.text }));
}

/** What the guard did to greedy texts. */
export interface GuardReport {
  readonly texts: number;
  /** Texts that were written anew from a loop on, at least once. */
  readonly repaired: number;
  readonly repairs: number;
  readonly discardedTokens: number;
  /** Texts that the guard could only end before their loop. */
  readonly cutShort: number;
  /** One of them before and after. */
  readonly example: { readonly before: string; readonly after: string } | undefined;
}

/** Compares the same texts without and with the guard. */
export function compareGuarded(
  greedy: readonly GeneratedText[],
  guarded: readonly GeneratedText[],
): GuardReport {
  const repaired = guarded.flatMap(({ guard }, i) => (guard?.repairs ? [i] : []));
  const sum = (pick: (stats: GuardStats) => number): number =>
    guarded.reduce((total, { guard }) => total + (guard ? pick(guard) : 0), 0);
  const isWhole = (i: number): boolean => guarded[i].reason !== 'loop';
  const shown = repaired.find(isWhole) ?? repaired[0];
  return {
    texts: guarded.length,
    repaired: repaired.length,
    repairs: sum(({ repairs }) => repairs),
    discardedTokens: sum(({ discardedTokens }) => discardedTokens),
    cutShort: repaired.filter((i) => !isWhole(i)).length,
    example: shown === undefined ? undefined : { before: greedy[shown].text, after: guarded[shown].text },
  };
}

/** The same in words. */
export function describeGuarded({ example, ...counts }: GuardReport): string[] {
  const oneLine = (text: string): string => text.replaceAll('\n', ' ');
  return [
    say('guard', counts),
    ...(example
      ? [say('before', { text: oneLine(example.before) }), say('after', { text: oneLine(example.after) })]
      : []),
  ];
}

/** A verse line: five or seven characters, a comma, as many again, a full stop. */
const VERSE = /^(?:\p{Script=Han}{5}，\p{Script=Han}{5}|\p{Script=Han}{7}，\p{Script=Han}{7})。$/u;

export interface FormReport {
  readonly lines: number;
  readonly right: number;
}

/** How many lines have the length and punctuation of regulated verse. The last line of a text that was cut does not count. */
export function measureForm(texts: readonly string[]): FormReport {
  const lines = texts.flatMap((text) => text.split('\n').filter((line) => line.endsWith('。')));
  return { lines: lines.length, right: lines.filter((line) => VERSE.test(line)).length };
}

export interface Showcase {
  readonly reports: readonly NamedReport[];
  /** Sentences about form, a loop, and the meaning. */
  readonly sentences: readonly string[];
}

/** The comparison of the decoders with people, for the texts that each wrote. */
export function compareWithPeople(
  written: { readonly [D in DecoderName]: readonly string[] },
  human: readonly string[],
  options: { readonly verse: boolean },
): Showcase {
  const reports = [
    ...(Object.keys(decoders) as DecoderName[]).map((name) => ({
      name: decoderLabel[name](),
      texts: written[name],
      report: measureTexts(written[name]),
    })),
    { name: say('human', {}), texts: human, report: measureTexts(human) },
  ];
  const form = options.verse
    ? reports.map(({ name, texts }) => {
        const { right, lines } = measureForm(texts);
        return say('form', { name, right, lines, share: ((100 * right) / Math.max(1, lines)).toFixed(0) });
      })
    : [];
  const [greedy, , nucleus, people] = reports.map(({ report }) => report);
  const percent = (report: RepetitionReport) => report.corrected.diversity.toFixed(1);
  return {
    reports,
    sentences: [
      ...form,
      ...firstLoop(written.greedy),
      say('meaning', {
        greedy: percent(greedy),
        nucleus: percent(nucleus),
        human: percent(people),
        worse: greedy.corrected.diversity < nucleus.corrected.diversity - 1,
        loops: greedy.loops.count,
        texts: greedy.texts,
      }),
    ],
  };
}

/** The first text that ends in a loop, shown from where it begins. */
function firstLoop(texts: readonly string[]): string[] {
  for (const text of texts) {
    const loop = endLoop(createVocabulary()(splitText(text, guessUnit([text]))));
    if (loop) return [say('loop', { text: text.replaceAll('\n', ' '), ...loop })];
  }
  return [];
}

/** Writes one text with the model as it is in the middle of its training, and says how much it repeats itself. */
export function sampleWriter(model: LanguageModel, tokenizer: Tokenizer) {
  const writer = writerOf(model, tokenizer);
  return async (prompt: string, seed: number): Promise<{ text: string; rep4: number }> => {
    const [{ text }] = await writeTexts(writer, [prompt], {
      ...decoders.nucleus,
      maxTokens: SAMPLE_TOKENS,
      seed,
    });
    return { text, rep4: measureTexts([text]).corrected.rep4 };
  };
}
