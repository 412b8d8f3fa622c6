/** Rules of advice on prose: each reads the draft and tells what it saw, with lines. None asks a model. */

import { cleanRepetition } from '../../repeat/index.ts';
import { emptyWords } from '../../text/index.ts';
import { flow, stretchFinder } from '../papers/flow.ts';
import type { Prose, ProseSentence } from './prose.ts';
import type { Remark } from './remark.ts';

export type AdviceRule = (prose: Prose) => Remark[];

const MOST_WORDS = 40;
const MOST_HAN = 100;
const MOST_SENTENCES = 12;

const wordsIn = (text: string): string[] => text.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
const hanIn = (text: string): number => text.match(/\p{Script=Han}/gu)?.length ?? 0;
const excerptOf = ({ text }: ProseSentence): string => text.slice(0, 160);

const longSentences: AdviceRule = ({ sentences }) =>
  sentences.flatMap((sentence): Remark[] => {
    const { text, isHan, line } = sentence;
    const [words, most] = isHan ? [hanIn(text), MOST_HAN] : [wordsIn(text).length, MOST_WORDS];
    return words > most
      ? [{ rule: 'long-sentence', line, excerpt: excerptOf(sentence), data: { words, most } }]
      : [];
  });

const longParagraphs: AdviceRule = ({ paragraphs }) =>
  paragraphs.flatMap((own): Remark[] => {
    const isList = new Set(own.map(({ line }) => line)).size === own.length && own.length > 3;
    if (own.length <= MOST_SENTENCES || isList) return [];
    return [
      {
        rule: 'long-paragraph',
        line: own[0].line,
        excerpt: excerptOf(own[0]),
        data: { sentences: own.length, most: MOST_SENTENCES },
      },
    ];
  });

const IRREGULAR =
  'done|made|given|taken|shown|known|seen|found|held|kept|built|drawn|written|chosen|driven|grown|led|left|lost|met|paid|read|run|said|sent|set|split|spent|taught|thought|told|understood|won|bought|brought|caught|cut|put|fed|felt|put|sold|used';
const PASSIVE = new RegExp(
  String.raw`\b(?:is|are|was|were|be|been|being)\b(?:\s+(?:not|also|then|often|only|\w+ly))?\s+(?:\w{3,}ed|${IRREGULAR})\b`,
  'i',
);
const HAN_PASSIVE = /被(?!试|告|动|子|单|褥)|受到|遭到|得到了/u;
/** A paragraph of so many sentences, most of which are passive. */
const LEAST_SENTENCES = 3;
const PASSIVE_SHARE = 0.6;

const passives: AdviceRule = ({ paragraphs }) =>
  paragraphs.flatMap((own): Remark[] => {
    const passive = own.filter(({ text, isHan }) => (isHan ? HAN_PASSIVE : PASSIVE).test(text));
    if (own.length < LEAST_SENTENCES || passive.length < PASSIVE_SHARE * own.length) return [];
    return [
      {
        rule: 'passive',
        line: own[0].line,
        excerpt: excerptOf(passive[0]),
        data: { passive: passive.length, all: own.length },
      },
    ];
  });

/** Known to every reader, or no abbreviations. */
const KNOWN = new Set(
  'USA UK EU UN DNA RNA HIV PDF HTML XML JSON CSV URL HTTP HTTPS CPU GPU RAM API AI ID OK TV PC SI ISBN ISSN DOI GDP CEO GPS USB UTF ASCII SQL OS II III IV VI VII VIII IX XI XII AM PM ISO IEEE ACM NASA COVID GB WWW FAQ'.split(
    ' ',
  ),
);
const SHORT = /(?<![\p{L}\p{N}@#/\\-])(\p{Lu}[\p{Lu}\d]{1,6})s?(?![\p{L}\p{N}])/gu;
const DEFINED =
  /[(（]\s{0,3}(?:以下)?(?:简称|缩写为?|hereafter|abbreviated)?\s{0,3}:?\s{0,3}["“]?(\p{Lu}[\p{Lu}\d]{1,6})s?["”]?\s{0,3}[,;，；）)]|(?:[,，]\s{0,3})(\p{Lu}[\p{Lu}\d]{1,6})s?[)）]|(?<![\p{L}\p{N}])(\p{Lu}[\p{Lu}\d]{1,6})s?\s{0,3}[(（]\s{0,3}(?:\p{L}{3,40}[\s-]{1,3}){1,6}\p{L}{3,40}[)）]|(?<![\p{L}\p{N}])(\p{Lu}[\p{Lu}\d]{1,6})\s{0,3}[(（]\s{0,3}\p{Script=Han}{3,20}/gu;

function addTo(lists: Map<string, number[]>, key: string, value: number): void {
  const own = lists.get(key);
  if (own) own.push(value);
  else lists.set(key, [value]);
}

const abbreviations: AdviceRule = ({ text, sentences, lineOf }) => {
  const uses = new Map<string, number[]>();
  const definitions = new Map<string, number[]>();
  for (const { start, end } of sentences) {
    const own = text.slice(start, end);
    for (const { index, 1: short } of own.matchAll(SHORT)) {
      if (!KNOWN.has(short)) addTo(uses, short, start + index);
    }
    for (const match of own.matchAll(DEFINED)) {
      const short = match[1] ?? match[2] ?? match[3] ?? match[4];
      if (!KNOWN.has(short)) addTo(definitions, short, start + match.index + match[0].indexOf(short));
    }
  }
  const remarks: Remark[] = [];
  const sentenceAt = stretchFinder(sentences);
  for (const [short, places] of uses) {
    const own = definitions.get(short);
    const line = lineOf(places[0]);
    // A heading in capitals is no list of abbreviations.
    const { start, end } = sentenceAt(places[0])!;
    const excerpt = flow(text.slice(Math.max(start, places[0] - 40), Math.min(end, places[0] + 40)));
    if (!own) remarks.push({ rule: 'abbreviation', line, excerpt, data: { short } });
    else {
      const [first, second] = own;
      if (places[0] < first)
        remarks.push({ rule: 'late-abbreviation', line, excerpt, data: { short, line: lineOf(first) } });
      if (second !== undefined)
        remarks.push({
          rule: 'double-definition',
          line: lineOf(second),
          excerpt: short,
          data: { short, line: lineOf(first) },
        });
      if (places.length === own.length)
        remarks.push({ rule: 'unused-abbreviation', line: lineOf(first), excerpt: short, data: { short } });
    }
  }
  return remarks;
};

const floats: AdviceRule = ({ floats: all, mentions }) => {
  const key = ({ kind, number }: { kind: string; number: string }): string => `${kind} ${number}`;
  const there = new Set(all.map(key));
  const named = new Set(mentions.map(key));
  const seen = new Set<string>();
  const isNew = (name: string): boolean => !seen.has(name) && seen.add(name) !== undefined;
  return [
    ...all
      .filter((one) => !named.has(key(one)))
      .map(
        ({ kind, number, line }): Remark => ({
          rule: 'unmentioned-float',
          line,
          excerpt: '',
          data: { kind, number },
        }),
      ),
    // A draft without captions has its pictures elsewhere.
    ...mentions
      .filter((one) => all.length > 0 && /^\d/.test(one.number) && !there.has(key(one)) && isNew(key(one)))
      .map(
        ({ kind, number, line }): Remark => ({
          rule: 'missing-float',
          line,
          excerpt: '',
          data: { kind, number },
        }),
      ),
  ];
};

/** So much is looked at for sentences that come again: the search is not linear. */
const MOST_CLEANED = 200_000;

const repetition: AdviceRule = ({ text, sentences, lineOf }) => {
  const inProse = stretchFinder(sentences);
  const said = cleanRepetition(text.slice(0, MOST_CLEANED)).removed.filter(({ start, end }) =>
    inProse((start + end) >> 1),
  );
  return said.map(
    ({ start, text: own, repeats }): Remark => ({
      rule: 'repetition',
      line: lineOf(start + own.length - own.trimStart().length),
      excerpt: flow(own).slice(0, 160),
      data: { line: lineOf(repeats.start) },
    }),
  );
};

const doubleWords: AdviceRule = ({ sentences, text, lineOf }) =>
  sentences.flatMap(({ start, end }) =>
    Array.from(
      text
        .slice(start, end)
        .matchAll(/(?<![\p{L}\p{N}'-])(\p{L}+)\s+\1(?![\p{L}\p{N}'-])|(的的|了了|是是|在在|和和|与与)/giu),
    )
      .filter(({ 1: word }) => !/^(?:that|had|is)$/i.test(word ?? ''))
      .map(
        ({ index, 0: own, 1: word }): Remark => ({
          rule: 'double-word',
          line: lineOf(start + index),
          excerpt: flow(own),
          data: { word: word ?? own },
        }),
      ),
  );

const PHRASE_WORDS = 5;
const PHRASE_HAN = 10;
const PHRASE_TIMES = 3;
const EMPTY = new Set(emptyWords.split(/\s+/));

/** Runs of words that come again and again; a longer one stands for those inside it. */
const repeatedPhrases: AdviceRule = ({ sentences }) => {
  const found = new Map<string, { times: number; line: number; sentence: ProseSentence }>();
  for (const sentence of sentences) {
    const { text, isHan } = sentence;
    const runs = isHan
      ? text.split(/[^\p{Script=Han}]+/u).map((run) => [...run])
      : [wordsIn(text.toLowerCase())];
    const length = isHan ? PHRASE_HAN : PHRASE_WORDS;
    const own = new Set<string>();
    for (const units of runs) {
      for (let i = 0; i + length <= units.length; i++) {
        const gram = units.slice(i, i + length);
        if (!isHan && gram.filter((word) => !EMPTY.has(word)).length < 2) continue;
        own.add(gram.join(isHan ? '' : ' '));
      }
    }
    for (const phrase of own) {
      const known = found.get(phrase);
      if (known) known.times++;
      else found.set(phrase, { times: 1, line: sentence.line, sentence });
    }
  }
  const often = [...found]
    .filter(([, { times }]) => times >= PHRASE_TIMES)
    .sort((a, b) => b[1].times - a[1].times);
  const told = new Set<ProseSentence>();
  return often.flatMap(([phrase, { times, line, sentence }]): Remark[] => {
    // Neighbours of a phrase in its sentence are the same one.
    if (told.has(sentence)) return [];
    told.add(sentence);
    return [{ rule: 'repeated-phrase', line, excerpt: excerptOf(sentence), data: { phrase, times } }];
  });
};

const OTHERS =
  /\b(?:(?:previous|prior|earlier|recent|existing|past|several|many|most|some) (?:studies|work|works|research|papers|authors|researchers|approaches)|studies (?:have )?(?:shown?|found|suggest(?:ed)?)|it (?:has been|is) (?:well[- ])?(?:shown|known|established|reported|argued|widely)|is (?:well known|widely (?:known|used|accepted))|research (?:has )?(?:shows?|shown|suggests?)|according to|have been (?:widely )?(?:studied|proposed|reported)|it is generally (?:accepted|believed)|experts (?:say|agree))\b|(?:已有|前人|现有|以往|近年来的?|大量|许多|多项|国内外)(?:的)?(?:研究|学者|文献|工作)|研究(?:表明|发现|显示|证实)|众所周知|学者(?:们)?(?:认为|指出|提出|发现)|据(?:统计|报道|调查)|普遍认为|有人(?:认为|提出)/giu;

const claims: AdviceRule = ({ sentences, citations }) => {
  const sentenceAt = stretchFinder(sentences);
  // A mark may stand behind the point.
  const cited = new Set(
    citations.flatMap(({ start }) => [start, start - 1, start - 2].map((place) => sentenceAt(place))),
  );
  return sentences.flatMap((sentence): Remark[] => {
    const { text, line, kind } = sentence;
    if (kind === 'abstract') return [];
    const [sign] = text.match(OTHERS) ?? [];
    const isCited = cited.has(sentence);
    // One's own work is no one else's.
    if (
      sign === undefined ||
      isCited ||
      /\b(?:our|we)\b.{0,30}(?:stud|work|research)|本(?:文|研究)(?:研究)?(?:表明|发现)/i.test(text)
    )
      return [];
    return [{ rule: 'claim-without-citation', line, excerpt: excerptOf(sentence), data: { sign } }];
  });
};

const WE_PAST =
  /\bwe\s+(?:\w+ly\s+)?(?!need|feed|exceed|proceed|embed|speed|breed|succeed)(\w{2,}ed|were|did|had|found|used|took|gave|made|ran|chose|built|drew|wrote|showed|saw|kept|began|got|held)\b/giu;
const WE_PRESENT =
  /\bwe\s+(?:\w+ly\s+)?(use|apply|train|evaluate|compare|measure|report|find|show|present|propose|introduce|describe|define|compute|test|collect|select|choose|take|run|build|observe|split|annotate|fine-tune|sample|set|follow|employ|perform|conduct|analy[sz]e|investigate)\b/giu;
const TENSE_SECTIONS = new Set(['method', 'data', 'experiments', 'results']);
/** The rarer tense must be a choice, not a slip, and still rarer. */
const LEAST_TENSE = 3;

const tenses: AdviceRule = ({ text, sections, lineOf }) =>
  sections.flatMap(({ kind, bodyStart, end }): Remark[] => {
    if (!TENSE_SECTIONS.has(kind)) return [];
    const body = text.slice(bodyStart, end);
    const [past, present] = [WE_PAST, WE_PRESENT].map((pattern) => [...body.matchAll(pattern)]);
    if (past.length === 0 || present.length === 0 || past.length + present.length < LEAST_TENSE) return [];
    const rarer = past.length < present.length ? past : present;
    return rarer.slice(0, 3).map(({ index, 0: own }) => ({
      ...{
        rule: 'tense',
        line: lineOf(bodyStart + index),
        excerpt: flow(body.slice(Math.max(0, index - 30), index + 60)),
      },
      data: { word: flow(own), past: past.length, present: present.length },
    }));
  });

const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/isations?$/, 'ization'],
  [/i[sz](e[ds]?|ing)$/, 'iz$1'],
  [/ys(e[ds]?|ing)$/, 'yz$1'],
  [/(col|behavi|fav|hon|lab|neighb|rum|flav|harb)our/, '$1or'],
  [/(cent|met|fib|theat|lit)re(s?)$/, '$1er$2'],
  [/(model|label|travel|cancel|channel|signal)l(ed|ing|er)/, '$1$2'],
  [/^grey/, 'gray'],
  [/^artefact/, 'artifact'],
];
const HAN_PAIRS: readonly (readonly [string, string])[] = [
  ['其他', '其它'],
  ['截止', '截至'],
  ['阈值', '阀值'],
  ['账号', '帐号'],
  ['登录', '登陆'],
  ['图像', '图象'],
  ['作为', '做为'],
  ['算法模型', '演算法模型'],
  ['数据', '资料'],
  ['标注', '标註'],
  ['树状', '树形'],
  ['反映', '反应出'],
];
/** These pairs are two words. */
const TWO_WORDS = new Set(['数据', '树状', '反映', '截止']);
/** Words that join by chance: `every day` is not `everyday`. */
const LEAST_JOINED = 6;
const LEAST_WORD = 4;
const BY_CHANCE = new Set(
  'everyday everyone anyone someone maybe into onto within without altogether already another cannot however therefore somewhat overall inside outside'.split(
    ' ',
  ),
);

/** One thing written in two ways: `data set` and `dataset`, `colour` and `color`, 其他 and 其它. */
const terms: AdviceRule = ({ sentences, lineOf }) => {
  const forms = new Map<string, Map<string, { times: number; place: number }>>();
  const add = (key: string, form: string, place: number): void => {
    const own = forms.get(key) ?? new Map<string, { times: number; place: number }>();
    forms.set(key, own);
    const known = own.get(form);
    if (known) known.times++;
    else own.set(form, { times: 1, place });
  };
  for (const { text, start } of sentences) {
    const words = wordsIn(text.toLowerCase().normalize('NFC')).filter((word) => /^[a-z'’-]+$/.test(word));
    for (const [i, word] of words.entries()) {
      const joined = word.replace(/-/g, '');
      const plain = SPELLINGS.reduce((own, [pattern, other]) => own.replace(pattern, other), joined).replace(
        /(?<=[a-z]{4})s$/,
        '',
      );
      if (joined.length >= LEAST_WORD && !BY_CHANCE.has(joined))
        add(plain, word.replace(/(?<=[a-z]{4})s$/, ''), start);
      const next = words[i + 1];
      if (next === undefined || word.includes('-') || next.includes('-') || EMPTY.has(word)) continue;
      const pair = (word + next).replace(/(?<=[a-z]{4})s$/, '');
      if (pair.length >= LEAST_JOINED && !BY_CHANCE.has(pair))
        add(pair, `${word} ${next.replace(/(?<=[a-z]{3})s$/, '')}`, start);
    }
    for (const [one, other] of HAN_PAIRS) {
      if (TWO_WORDS.has(one)) continue;
      for (const form of [one, other]) if (text.includes(form)) add(one, form, start);
    }
  }
  return [...forms.values()].flatMap((own): Remark[] => {
    if (own.size < 2) return [];
    const [best, ...rest] = [...own].sort((a, b) => b[1].times - a[1].times);
    // Two words beside each other are a spelling only where somebody joins them.
    if ([...own.keys()].every((form) => form.includes(' '))) return [];
    return rest.map(([form, { place }]) => ({
      rule: 'terms',
      line: lineOf(place),
      excerpt: form,
      data: { form, other: best[0], times: best[1].times },
    }));
  });
};

const VAGUE =
  /\b(?:very|quite|rather|fairly|somewhat|extremely|remarkably|obviously|clearly|of course|basically|really|huge|tremendous(?:ly)?|a lot of|lots of|nowadays)\b|非常|十分|相当|极其|大大地?|很大程度上|显而易见|毋庸置疑/giu;
const INFORMAL =
  /\b(?:don|doesn|didn|can|won|isn|aren|wasn|weren|couldn|shouldn|wouldn|hasn|haven)['’]t\b|\b(?:it|that|we|they|there)['’](?:s|re|ve|ll)\b|\b(?:kind of|sort of|stuff|gonna|okay|get rid of)\b|咱们|挺好|蛮好|啥|搞定|老是|压根/giu;

const wordRule =
  (rule: 'vague' | 'informal', pattern: RegExp): AdviceRule =>
  ({ sentences, text, lineOf }) =>
    sentences.flatMap(({ start, end }) =>
      Array.from(text.slice(start, end).matchAll(pattern), ({ index, 0: word }): Remark => {
        const at = start + index;
        return {
          rule,
          line: lineOf(at),
          excerpt: flow(text.slice(Math.max(start, at - 30), Math.min(end, at + 40))),
          data: { word: flow(word) },
        };
      }),
    );

const mixedMarks: AdviceRule = ({ sentences, text, lineOf }) =>
  sentences.flatMap(({ start, end }) =>
    Array.from(
      text
        .slice(start, end)
        .matchAll(/(?<=\p{Script=Han})[,;:!?](?=\s?\p{Script=Han})|(?<=\p{Script=Han})\.(?=\s|$)/gu),
      ({ index, 0: mark }): Remark => ({
        rule: 'mixed-marks',
        line: lineOf(start + index),
        excerpt: flow(text.slice(Math.max(start, start + index - 12), start + index + 12)),
        data: { mark },
      }),
    ),
  );

const PAIRS: readonly (readonly [string, string])[] = [
  ['(', ')'],
  ['（', '）'],
  ['“', '”'],
  ['《', '》'],
  ['「', '」'],
];

const openBrackets: AdviceRule = ({ paragraphs, text }) =>
  paragraphs.flatMap((own) => {
    const body = text.slice(own[0].start, own.at(-1)!.end);
    return PAIRS.flatMap(([open, close]): Remark[] => {
      const [opened, closed] = [open, close].map((mark) => body.split(mark).length - 1);
      // `1)` and `:)` close what nobody opened.
      if (opened === closed || (open === '(' && opened < closed)) return [];
      return [
        {
          rule: 'open-bracket',
          line: own[0].line,
          excerpt: excerptOf(own[0]),
          data: { mark: opened > closed ? open : close },
        },
      ];
    });
  });

/** A text of so many words is a paper, and has these. */
const WHOLE_PAPER = 1500;

const missingSections: AdviceRule = ({ text, sections }) => {
  if (sections.length < 3 || wordsIn(text).length + hanIn(text) < WHOLE_PAPER) return [];
  return (['abstract', 'conclusion', 'references'] as const)
    .filter(
      (kind) =>
        !sections.some((one) => one.kind === kind) &&
        !(kind === 'conclusion' && sections.some((one) => one.kind === 'discussion')),
    )
    .map((kind): Remark => ({ rule: 'no-section', line: 1, excerpt: '', data: { kind } }));
};

/** Every rule, in no order: remarks are told by line. */
export const adviceRules: readonly AdviceRule[] = [
  longSentences,
  longParagraphs,
  passives,
  abbreviations,
  floats,
  repetition,
  doubleWords,
  repeatedPhrases,
  claims,
  tenses,
  terms,
  wordRule('vague', VAGUE),
  wordRule('informal', INFORMAL),
  mixedMarks,
  openBrackets,
  missingSections,
];
