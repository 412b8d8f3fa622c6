/** Cleaning by a list of rules. Each rule says what it changes or drops; everything is counted, with an example. */

import { defineMessages, type Sentence } from '../language.ts';
import type { TextDocument } from '../types.ts';
import { type Documents, eachDocument } from './documents.ts';

/** One step of cleaning. */
export interface CleaningRule {
  /** A short name, unique in its list. */
  readonly name: string;
  /** What it does, for a report. */
  readonly label: Sentence<void>;
  /** The text afterwards; `undefined` drops the document. `count` tells what was met, by kind. */
  readonly apply: (text: string, document: TextDocument, count: CountKind) => string | undefined;
}

/** Counts one more of a kind: a telephone number masked, a document of a language dropped. */
export type CountKind = (kind: string) => void;

export interface RuleReport {
  readonly name: string;
  readonly label: Sentence<void>;
  /** Documents it changed. */
  readonly altered: number;
  /** Documents it dropped. */
  readonly dropped: number;
  /** The first document it met, around the place; `after` is missing when it was dropped. */
  readonly example: { readonly before: string; readonly after: string | undefined } | undefined;
  /** What it met, by kind; only of rules that tell. */
  readonly kinds?: Readonly<Record<string, number>>;
}

export interface CleaningReport {
  readonly documentsIn: number;
  readonly documentsOut: number;
  /** Unicode characters. */
  readonly charactersIn: number;
  readonly charactersOut: number;
  /** In the order in which the rules run; rules that did nothing are there with zeros. */
  readonly rules: readonly RuleReport[];
}

/** Cleans documents one by one and keeps the report. */
export interface Cleaner {
  /** The cleaned document, the same object if nothing changed, `undefined` if it was dropped. */
  clean<D extends TextDocument>(document: D): D | undefined;
  report(): CleaningReport;
}

/** A cleaner with these rules, run in order. */
export function createCleaner(rules: readonly CleaningRule[]): Cleaner {
  const counts = { documentsIn: 0, documentsOut: 0, charactersIn: 0, charactersOut: 0 };
  const tallies = rules.map(({ name, label }) => ({
    name,
    label,
    altered: 0,
    dropped: 0,
    example: undefined as RuleReport['example'],
    kinds: new Map<string, number>(),
  }));
  const counters = tallies.map(
    ({ kinds }): CountKind =>
      (kind) => {
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      },
  );
  return {
    clean(document) {
      counts.documentsIn++;
      counts.charactersIn += countCharacters(document.text);
      let text = document.text;
      for (let i = 0; i < rules.length; i++) {
        const next = rules[i].apply(text, document, counters[i]);
        if (next === text) continue;
        const tally = tallies[i];
        if (next === undefined) {
          tally.dropped++;
          tally.example ??= { before: text.slice(0, EXAMPLE_LENGTH), after: undefined };
          return undefined;
        }
        tally.altered++;
        tally.example ??= aroundDifference(text, next);
        text = next;
      }
      counts.documentsOut++;
      counts.charactersOut += countCharacters(text);
      return text === document.text ? document : { ...document, text };
    },
    report: () => ({
      ...counts,
      rules: tallies.map(({ kinds, ...tally }) => ({
        ...tally,
        ...(kinds.size && { kinds: Object.fromEntries(kinds) }),
      })),
    }),
  };
}

/** Cleans all documents. */
export async function cleanDocuments<D extends TextDocument>(
  documents: Documents<D>,
  options: { readonly rules?: readonly CleaningRule[]; readonly signal?: AbortSignal } = {},
): Promise<{ documents: D[]; report: CleaningReport }> {
  const cleaner = createCleaner(options.rules ?? generalRules());
  const kept: D[] = [];
  await eachDocument(
    documents,
    (document) => {
      const cleaned = cleaner.clean(document);
      if (cleaned) kept.push(cleaned);
    },
    options.signal,
  );
  return { documents: kept, report: cleaner.report() };
}

const EXAMPLE_LENGTH = 60;

function aroundDifference(before: string, after: string): { before: string; after: string } {
  let at = 0;
  while (at < before.length && before[at] === after[at]) at++;
  const from = Math.max(0, at - 12);
  return {
    before: before.slice(from, from + EXAMPLE_LENGTH),
    after: after.slice(from, from + EXAMPLE_LENGTH),
  };
}

/** Unicode characters of a text (surrogate pairs count one). */
export function countCharacters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) count--;
  }
  return count;
}

/** What the general rules may do. */
export interface GeneralRulesOptions {
  /** Drops shorter documents. Default 1 character. */
  readonly minCharacters?: number;
  /** Drops longer documents. Default: none. */
  readonly maxCharacters?: number;
  /** Removes HTML tags and resolves entities. Default true. */
  readonly markup?: boolean;
  /** Collapses spaces within a line. Default true; false keeps the layout of code and verse. */
  readonly spaces?: boolean;
}

/** Lines of code that somebody wrote are shorter, on average and each (Chen et al. 2021, §3.1). */
const MEAN_LINE = 100;
const LONGEST_LINE = 1000;

/** Rules that fit source code: its layout stays as it is. */
export function codeRules(): CleaningRule[] {
  const kept = new Set(['line-ends', 'spaces', 'empty']);
  const rules = generalRules({ spaces: false }).filter(({ name }) => kept.has(name));
  const isWritten = (text: string): boolean => {
    const lines = text.split('\n');
    return text.length / lines.length <= MEAN_LINE && lines.every(({ length }) => length <= LONGEST_LINE);
  };
  return [
    ...rules,
    {
      name: 'made',
      label: label('made by a program: lines too long', '由程序生成：行过长'),
      apply: (text) => (isWritten(text) ? text : undefined),
    },
  ];
}

const label = (en: string, zh: string): Sentence<void> => ({ en: () => en, zh: () => zh });

/** Rules that fit any text in English or Chinese; all run in time linear in the text. */
export function generalRules(options: GeneralRulesOptions = {}): CleaningRule[] {
  const {
    minCharacters = 1,
    maxCharacters = Number.POSITIVE_INFINITY,
    markup = true,
    spaces = true,
  } = options;
  return [
    {
      name: 'line-ends',
      label: label('line ends made uniform', '统一换行符'),
      apply: (text) => text.replace(/\r\n?|[\u2028\u2029\u0085\v\f]/g, '\n'),
    },
    ...(markup ? [markupRule] : []),
    {
      name: 'control-characters',
      label: label('control and invisible characters removed', '删除控制字符与不可见字符'),
      apply: (text) => text.replace(INVISIBLE, ''),
    },
    {
      name: 'width',
      label: label(
        'full-width letters and digits narrowed, marks between ideographs widened',
        '全角字母数字改半角，汉字之间的半角标点改全角',
      ),
      apply: normalizeWidth,
    },
    {
      name: 'composition',
      label: label('characters composed (Unicode NFC)', '字符合成（Unicode NFC）'),
      apply: (text) => text.normalize('NFC'),
    },
    {
      name: 'spaces',
      label: label('spaces made uniform', '统一空白'),
      apply: (text) => normalizeSpaces(text, spaces),
    },
    {
      name: 'empty',
      label: label('empty documents', '空文本'),
      apply: (text) => (text === '' ? undefined : text),
    },
    {
      name: 'too-short',
      label: label(`shorter than ${minCharacters} characters`, `少于 ${minCharacters} 个字`),
      apply: (text) => (countCharacters(text) < minCharacters ? undefined : text),
    },
    {
      name: 'too-long',
      label: label(`longer than ${maxCharacters} characters`, `多于 ${maxCharacters} 个字`),
      apply: (text) => (countCharacters(text) > maxCharacters ? undefined : text),
    },
  ];
}

// Controls, soft hyphen, zero-width space, marks of direction, byte order mark, noncharacters, U+FFFD, lone surrogates.
// NOTE U+200C and U+200D stay: they join letters and emoji.
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
  /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufdd0-\ufdef\ufffd\ufffe\uffff]|\p{Surrogate}/gu;

// NOTE Attributes need a `=`: "a<b and c>d" is no tag.
const TAG =
  /<\/?(?:a|abbr|b|big|blockquote|body|br|center|code|dd|div|dl|dt|em|font|h[1-6]|head|hr|html|i|img|li|link|meta|nowiki|ol|p|pre|ref|s|script|small|span|strong|style|sub|sup|table|tbody|td|th|thead|title|tr|u|ul)(?:\s[^<>=]{0,100}=[^<>]{0,1000})?\s?\/?>/gi;
const NAMED_ENTITIES: { readonly [name: string]: string } = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', ensp: ' ', emsp: ' ', ldquo: '“', rdquo: '”', lsquo: '‘',
  rsquo: '’', mdash: '—', ndash: '–', hellip: '…', middot: '·',
}; // biome-ignore format: one table

// A tune in ABC notation, as it is learned (io/tunebook.ts): `c<b>a` is a rhythm there, and `&` a second voice.
const TUNE = /^(?:R:.*\n)?M:.*\nL:.*\nK:.*\n/;

const markupRule: CleaningRule = {
  name: 'markup',
  label: label('HTML tags and entities', 'HTML 标签与实体'),
  apply: (text) => {
    if ((!text.includes('<') && !text.includes('&')) || TUNE.test(text)) return text;
    return text
      .replace(TAG, (tag) => (/^<\/?(br|p|div|li|tr|h[1-6])\b/i.test(tag) ? '\n' : ''))
      .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (whole, decimal, hex, name) => {
        if (name) return NAMED_ENTITIES[String(name).toLowerCase()] ?? whole;
        const code = Number.parseInt(decimal ?? hex, decimal ? 10 : 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      });
  },
};

const WIDE_MARKS: { readonly [mark: string]: string } = {
  ',': '，', ';': '；', ':': '：', '?': '？', '!': '！', '.': '。',
}; // biome-ignore format: one table

function normalizeWidth(text: string): string {
  const narrowed = text.replace(/[０-９Ａ-Ｚａ-ｚ]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0));
  return narrowed.replace(
    /(?<=\p{Script=Han})[,;:?!.](?=\p{Script=Han}|\s*\n|\s*$)/gu,
    (mark) => WIDE_MARKS[mark],
  );
}

const UNUSUAL_SPACE = /[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]|\n\n\n|^\n|\n$/;

function normalizeSpaces(text: string, collapse: boolean): string {
  if (!UNUSUAL_SPACE.test(text)) return text;
  const plain = text.replace(/[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g, ' ');
  const lines = plain
    .split('\n')
    .map((line) => (collapse ? line.replace(/[ \t]+/g, ' ').trim() : line.trimEnd()));
  const joined = lines.join('\n').replace(/\n{3,}/g, '\n\n');
  return collapse ? joined.trim() : joined.replace(/^\n+|\n+$/g, '');
}

/** The report in the reader's language, one line for each thing that happened. */
export function describeCleaning(report: CleaningReport): string[] {
  const lines = [say('documents', report)];
  for (const rule of report.rules) {
    const name = say('label', rule);
    if (rule.dropped) lines.push(say('dropped', { name, count: rule.dropped }));
    if (rule.altered) lines.push(say('altered', { name, count: rule.altered }));
    const kinds = Object.entries(rule.kinds ?? {}).sort(([, a], [, b]) => b - a);
    if (kinds.length) lines.push(say('kinds', { kinds: kinds.slice(0, KINDS), more: kinds.length - KINDS }));
  }
  return lines;
}

/** Kinds that are named in a line. */
const KINDS = 12;

const say = defineMessages({
  kinds: {
    en: (d: { kinds: readonly (readonly [string, number])[]; more: number }) =>
      `  by kind: ${d.kinds.map(([kind, count]) => `${kind} ${count}`).join(', ')}${d.more > 0 ? ` and ${d.more} more` : ''}`,
    zh: (d) =>
      `  分类：${d.kinds.map(([kind, count]) => `${kind} ${count}`).join('，')}${d.more > 0 ? `，另有 ${d.more} 类` : ''}`,
  },
  documents: {
    en: (d: CleaningReport) =>
      `${d.documentsIn} documents in, ${d.documentsOut} out; ${d.charactersIn} characters in, ${d.charactersOut} out`,
    zh: (d: CleaningReport) =>
      `读入 ${d.documentsIn} 篇，保留 ${d.documentsOut} 篇；读入 ${d.charactersIn} 字，保留 ${d.charactersOut} 字`,
  },
  label: {
    en: (d: RuleReport) => d.label.en(),
    zh: (d: RuleReport) => d.label.zh(),
  },
  dropped: {
    en: (d: { name: string; count: number }) => `dropped ${d.count}: ${d.name}`,
    zh: (d: { name: string; count: number }) => `去掉 ${d.count} 篇：${d.name}`,
  },
  altered: {
    en: (d: { name: string; count: number }) => `changed ${d.count}: ${d.name}`,
    zh: (d: { name: string; count: number }) => `修改 ${d.count} 篇：${d.name}`,
  },
});
