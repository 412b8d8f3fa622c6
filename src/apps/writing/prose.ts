/** A draft as advice reads it: its prose alone, every character where it stood, in sentences and paragraphs with their lines. */

import { flow, lineFinder, stretchFinder } from '../papers/flow.ts';
import { type Section, type SectionKind, sectionsOf } from '../papers/sections.ts';
import { blanked, stretchesIn, texText } from '../papers/tex-text.ts';
import { passageSentences } from '../passage-sentences.ts';
import { languageOf } from '../prompt-text.ts';

export interface ProseSentence {
  /** On one line. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly isHan: boolean;
  readonly kind: SectionKind;
}

/** A figure or a table of the draft, or a mention of one. */
export interface Float {
  readonly kind: 'figure' | 'table';
  /** `2`, `S1`, or a label. */
  readonly number: string;
  readonly line: number;
}

export interface Prose {
  readonly language: 'en' | 'zh';
  /** Code, formulas and addresses are blank. For LaTeX its text, line by line. */
  readonly text: string;
  readonly sections: readonly Section[];
  readonly sentences: readonly ProseSentence[];
  /** Sentences that stand together, no blank line between them. */
  readonly paragraphs: readonly (readonly ProseSentence[])[];
  readonly floats: readonly Float[];
  readonly mentions: readonly Float[];
  /** Marks that cite, as places in the text. */
  readonly citations: readonly { readonly start: number; readonly end: number }[];
  lineOf(place: number): number;
}

/** Characters of a draft that are read. */
export const MOST_DRAFT_CHARACTERS = 1_000_000;

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

const withoutStretches = (text: string, ...marks: readonly (readonly [string, string])[]): string =>
  marks.reduce((own, [open, close]) => blanked(own, stretchesIn(own, open, close), blank), text);

/** Markdown without code, formulas, comments, addresses and its head. */
const withoutMarkup = (text: string): string =>
  withoutStretches(text, ['<!--', '-->'], ['$$', '$$'])
    .replace(/^---\n[\s\S]*?\n---(?=\n|$)/, blank)
    .replace(/^(```|~~~)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, blank)
    .replace(/(?<![\\$])\$(?!\s)[^$\n]{1,300}(?<!\s)\$(?!\d)/g, blank)
    .replace(/`[^`\n]+`/g, blank)
    .replace(/(?<=\])\([^()\s]*\)|https?:\/\/\S+/g, blank);

const CITATION =
  /[[［【]\s*\d{1,3}(?:\s*[-–—~,，、;；]\s*\d{1,3})*\s*[\]］】]|\[?@[\p{L}\p{N}_][\p{L}\p{N}_:.+-]*\]?|[(（][^()（）\n]{2,200}(?:1[89]|20)\d\d[a-z]?[^()（）\n]{0,60}[)）]|[(（](?:1[89]|20)\d\d[a-z]?[)）]/gu;
const CAPTION =
  /^[ \t>*]*(?:(fig(?:ure)?\.?)|(table)|(图)|(表))\s*([A-Z]?\d+(?:[.-]\d+)?)\s*(?:[:：.|*]|\s{1,3}(?=\p{Script=Han})|$)/gimu;
const MENTION =
  /(?:(?<!\p{L})(?:(fig(?:ure)?s?\.?)|(tables?))|(图)|(?<![代发图列])(表))\s*([A-Z]?\d+(?:[.-]\d+)?)(?:\s*(?:[-–—]|and|to|,|和|至|、)\s*(\d+))?/giu;

/** Reads a draft; its list of references is no prose. `name` ends in `.tex` for LaTeX. */
export function proseOf(source: string, name: string): Prose {
  const given = source.slice(0, MOST_DRAFT_CHARACTERS).replace(/\r\n?/g, '\n');
  const tex = /\.tex$/i.test(name) ? texText(given) : undefined;
  const text = tex?.text ?? withoutMarkup(given);
  const lineOf = lineFinder(text);
  const sections = sectionsOf(text);
  const starts = sections[0]?.start ?? text.length;
  const parts: readonly Pick<Section, 'bodyStart' | 'end' | 'kind'>[] = [
    { bodyStart: 0, end: starts, kind: 'other' },
    ...sections.filter(({ kind }) => kind !== 'references'),
  ];
  const captions = Array.from(text.matchAll(CAPTION), (match) => ({
    // Where its word begins.
    mark: match.index + match[0].search(/[^ \t>*]/),
    float: floatOf(match, lineOf(match.index)),
  }));
  const captionLines = new Set(captions.map(({ float }) => float.line));
  const paragraphs: ProseSentence[][] = [];
  for (const { bodyStart, end, kind } of parts) {
    for (const { start, text: body } of blocksOf(text, bodyStart, end)) {
      const own = passageSentences({ text: body, start }).flatMap((piece): ProseSentence[] => {
        const sentence = flow(piece.text.replace(/^[>*+\-•\s]+/u, ''));
        const line = lineOf(piece.start);
        if (!/[\p{L}]/u.test(sentence) || captionLines.has(line) || /^\||\|.*\|/.test(sentence)) return [];
        return [
          {
            text: sentence,
            start: piece.start,
            end: piece.end,
            line,
            isHan: languageOf(sentence) === 'zh',
            kind,
          },
        ];
      });
      if (own.length > 0) paragraphs.push(own);
    }
  }
  const inList = stretchFinder(sections.filter(({ kind }) => kind === 'references'));
  const captionMarks = new Set(captions.map(({ mark }) => mark));
  const mentions = Array.from(text.matchAll(MENTION)).flatMap((match): Float[] => {
    if (inList(match.index) || captionMarks.has(match.index)) return [];
    const line = lineOf(match.index);
    const first = floatOf(match, line);
    const last = Number(match[6]);
    const from = Number(first.number);
    const isRange = Number.isInteger(last) && Number.isInteger(from) && last > from && last - from < 30;
    return [
      first,
      ...(isRange
        ? Array.from({ length: last - from }, (_, i) => ({ ...first, number: String(from + i + 1) }))
        : []),
    ];
  });
  const labels =
    tex?.floats
      .filter(({ label }) => label !== '')
      .map(({ kind, label, line }) => ({ kind, number: label, line })) ?? [];
  const kinds = new Map(labels.map(({ kind, number }) => [number, kind]));
  const labelMentions = Array.from(
    text.matchAll(/\[#([^\]\n]{1,200})\]/g),
    ({ index, 1: label }): Float => ({
      ...{
        kind: kinds.get(label) ?? 'figure',
        number: label,
        line: lineOf(index),
      },
    }),
  );
  return {
    language: languageOf(text),
    text,
    sections,
    sentences: paragraphs.flat(),
    paragraphs,
    floats: [...captions.map(({ float }) => float), ...labels],
    mentions: [...mentions, ...labelMentions],
    citations: Array.from(text.matchAll(CITATION), ({ index, 0: own }) => ({
      start: index,
      end: index + own.length,
    })).filter(({ start }) => !inList(start)),
    lineOf,
  };
}

function floatOf([, figure, , han, , number]: readonly string[], line: number): Float {
  return { kind: figure !== undefined || han !== undefined ? 'figure' : 'table', number, line };
}

/** Parted by blank lines. */
function* blocksOf(text: string, from: number, to: number): Generator<{ start: number; text: string }> {
  let start = from;
  for (const match of text.slice(from, to).matchAll(/\n[^\S\n]*\n\s*/g)) {
    const end = from + match.index;
    if (end > start) yield { start, text: text.slice(start, end) };
    start = end + match[0].length;
  }
  if (to > start) yield { start, text: text.slice(start, to) };
}
