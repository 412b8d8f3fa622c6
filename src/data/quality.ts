/**
 * Documents that are hardly prose are dropped: by the rules of Gopher (Rae et al. 2021, "Scaling Language Models: Methods, Analysis &
 * Insights from Training Gopher", A1.1) or of C4 (Raffel et al. 2020, "Exploring the Limits of Transfer Learning", 2.2).
 */

import type { Sentence } from '../language.ts';
import type { CleaningRule } from './clean.ts';

/** Gopher's own numbers. Words are what white space sets apart. */
export const gopherQuality = {
  words: [50, 100_000],
  meanWordCharacters: [3, 10],
  /** Most number signs, and most ellipses, for each word. */
  symbols: 0.1,
  /** Most of the lines may begin with a bullet, or end with an ellipsis. */
  bulletLines: 0.9,
  ellipsisLines: 0.3,
  /** Least share of words with a letter. */
  lettered: 0.8,
  /** Least number of these words that occur. */
  stopWords: 2,
  english: ['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with'],
  /** NOTE Ours: the paper is about English only. */
  chinese: ['的', '是', '不', '了', '在', '有', '人', '之', '而', '也', '以', '其', '为', '為', '这', '這', '我', '与', '與'],
} as const; // biome-ignore format: one table

/** C4's own numbers: words a line must have, sentences a page must have. */
export const c4Quality = { lineWords: 5, sentences: 3 } as const;

/** NOTE Ours: a Chinese word is mostly one or two characters, so what is counted in words is counted twice in characters. */
const CHARACTERS_A_WORD = 2;

/** Names of the sets of rules. */
export type QualityRules = 'gopher' | 'c4';

/** The rules of one set, each with its count; all run in time linear in the text. */
export function qualityRules(rules: QualityRules): CleaningRule[] {
  return rules === 'gopher' ? gopherQualityRules() : c4QualityRules();
}

const label = (en: string, zh: string): Sentence<void> => ({ en: () => en, zh: () => zh });

const HAN = /\p{Script=Han}/gu;
const isChinese = (text: string): boolean => {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return letters > 0 && 2 * (text.match(HAN)?.length ?? 0) >= letters;
};

/** Words of a text: what spaces set apart; in Chinese text, where there are none, characters by two. */
function countWords(text: string): number {
  if (isChinese(text)) return (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0) / CHARACTERS_A_WORD;
  return text.match(/\S+/g)?.length ?? 0;
}

const drop = (name: string, words: Sentence<void>, isBad: (text: string) => boolean): CleaningRule => ({
  name,
  label: words,
  apply: (text) => (isBad(text) ? undefined : text),
});

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

const shareOf = (lines: readonly string[], pattern: RegExp): number =>
  lines.length === 0 ? 0 : lines.filter((line) => pattern.test(line)).length / lines.length;

function gopherQualityRules(): CleaningRule[] {
  const { words, meanWordCharacters, symbols, bulletLines, ellipsisLines, lettered, stopWords } =
    gopherQuality;
  const [least, most] = words;
  const [short, long] = meanWordCharacters;
  return [
    drop(
      'word-count',
      label(
        `fewer than ${least} or more than ${most} words (Gopher)`,
        `少于 ${least} 词或多于 ${most} 词（Gopher）`,
      ),
      (text) => {
        const count = countWords(text);
        return count < least || count > most;
      },
    ),
    drop(
      'word-length',
      label(
        `words of fewer than ${short} or more than ${long} characters on average (Gopher)`,
        `平均词长小于 ${short} 或大于 ${long} 个字母（Gopher）`,
      ),
      (text) => {
        if (isChinese(text)) return false;
        const found = text.match(/\S+/g) ?? [];
        const mean = found.reduce((sum, word) => sum + word.length, 0) / Math.max(1, found.length);
        return mean < short || mean > long;
      },
    ),
    drop(
      'symbols',
      label('too many number signs or ellipses (Gopher)', '井号或省略号过多（Gopher）'),
      (text) => {
        const count = countWords(text);
        const signs = [/#/g, /\.\.\.|…/g].map((sign) => text.match(sign)?.length ?? 0);
        return signs.some((found) => found > symbols * count);
      },
    ),
    drop(
      'bullets',
      label('nearly all lines begin with a bullet (Gopher)', '几乎每行都以项目符号开头（Gopher）'),
      (text) => shareOf(linesOf(text), /^\s*[•‣◦▪●○·*-](?!\w)/u) > bulletLines,
    ),
    drop(
      'ellipses',
      label('too many lines end with an ellipsis (Gopher)', '以省略号结尾的行过多（Gopher）'),
      (text) => shareOf(linesOf(text), /(?:\.\.\.|…)\s*$/) > ellipsisLines,
    ),
    drop(
      'letters',
      label('too few of the words have a letter (Gopher)', '含字母的词过少（Gopher）'),
      (text) => {
        const found = text.match(/\S+/g) ?? [];
        return found.filter((word) => /\p{L}/u.test(word)).length < lettered * found.length;
      },
    ),
    drop(
      'stop-words',
      label(
        `fewer than ${stopWords} of the usual small words (Gopher)`,
        `常用虚词不足 ${stopWords} 个（Gopher）`,
      ),
      (text) => {
        const { english, chinese } = gopherQuality;
        if (isChinese(text)) return chinese.filter((word) => text.includes(word)).length < stopWords;
        const found = new Set(text.toLowerCase().match(/\p{L}+/gu));
        return english.filter((word) => found.has(word)).length < stopWords;
      },
    ),
  ];
}

const TERMINAL = /[.!?"'”’。！？」』]\s*$/u;
const NOTICE =
  /javascript|terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies|隐私政策|使用条款|服务条款/i;
/** NOTE Bounded inside the brackets: time stays linear. */
const CITATION = /\[(?:\d{1,4}|edit|citation needed|来源请求|编辑)\]/gi;
const SENTENCE = /(?<![.!?])[.!?]+["'”’)\]]*(?=\s|$)|[。！？]+[”’」』）]*/gu;

function c4QualityRules(): CleaningRule[] {
  const { lineWords, sentences } = c4Quality;
  const keepLines = (
    name: string,
    words: Sentence<void>,
    isGood: (line: string) => boolean,
  ): CleaningRule => ({
    name,
    label: words,
    apply(text) {
      const lines = text.split('\n');
      const kept = lines.filter((line) => line.trim() === '' || isGood(line));
      if (kept.length === lines.length) return text;
      return (
        kept
          .join('\n')
          .replace(/\n{3,}/g, '\n\n')
          .trim() || undefined
      );
    },
  });
  return [
    {
      name: 'citations',
      label: label('marks of citation removed (C4)', '删除引注标记（C4）'),
      apply: (text) => text.replace(CITATION, ''),
    },
    keepLines(
      'line-ends-open',
      label('lines without a mark of a sentence’s end removed (C4)', '删除不以句末标点结尾的行（C4）'),
      (line) => TERMINAL.test(line) && !/(?:\.\.\.|…)\s*$/.test(line),
    ),
    keepLines(
      'line-words',
      label(`lines of fewer than ${lineWords} words removed (C4)`, `删除不足 ${lineWords} 词的行（C4）`),
      (line) => countWords(line) >= lineWords,
    ),
    keepLines(
      'notices',
      label(
        'lines about scripts, cookies and terms of use removed (C4)',
        '删除关于脚本、Cookie、使用条款的行（C4）',
      ),
      (line) => !NOTICE.test(line),
    ),
    drop('placeholder', label('“lorem ipsum” (C4)', '含 lorem ipsum（C4）'), (text) =>
      /lorem ipsum/i.test(text),
    ),
    drop('curly-bracket', label('a curly bracket: code (C4)', '含花括号，即代码（C4）'), (text) =>
      text.includes('{'),
    ),
    drop(
      'sentences',
      label(`fewer than ${sentences} sentences (C4)`, `不足 ${sentences} 句（C4）`),
      (text) => (text.match(SENTENCE)?.length ?? 0) < sentences,
    ),
  ];
}
