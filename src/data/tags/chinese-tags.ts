/** Chinese words, parts of speech and names by jieba's tagger: its tags are those of ICTCLAS (Peking University), with some of its own. */

import { loadJieba } from '../../text/index.ts';
import { fail } from '../errors.ts';
import {
  type NamedEntity,
  type SentenceTags,
  type TaggedWord,
  tagOfMark,
  type UniversalTag,
} from './tagged.ts';

/**
 * The universal tag of each tag of jieba, by its first letter where the whole is not named. NOTE The sets cut differently: `i` and `l`
 * (idioms, set phrases) are mostly predicates, so VERB; `f` (上, 里) are postpositions, so ADP; `q` (measure words) are NOUN in Universal
 * Dependencies; `zg` and `g` are single characters of unsure use, so X.
 */
const universal: { readonly [tag: string]: UniversalTag } = {
  a: 'ADJ', ad: 'ADV', an: 'NOUN', b: 'ADJ', c: 'SCONJ', d: 'ADV', e: 'INTJ', eng: 'X', f: 'ADP', g: 'X', h: 'PART',
  i: 'VERB', j: 'NOUN', k: 'PART', l: 'VERB', m: 'NUM', n: 'NOUN', nr: 'PROPN', nrfg: 'PROPN', nrt: 'PROPN',
  ns: 'PROPN', nt: 'PROPN', nz: 'PROPN', o: 'INTJ', p: 'ADP', q: 'NOUN', r: 'PRON', s: 'NOUN', t: 'NOUN', u: 'PART',
  ug: 'AUX', ul: 'AUX', uz: 'AUX', v: 'VERB', vd: 'ADV', vn: 'NOUN', x: 'X', y: 'PART', z: 'ADJ', zg: 'X',
}; // biome-ignore format: one table

/** Words of closed classes that jieba's dictionary tags otherwise, or that its tags do not tell apart. */
const closed = new Map<string, UniversalTag>(
  (
    [
      ['AUX', '是 能 能够 会 可 可以 可能 应 应该 应当 要 必须 需要 愿意 敢 肯'],
      ['CCONJ', '和 与 及 以及 或 或者 并 并且 而 而且 但 但是 且 还是'],
      ['DET', '这 那 每 各 某 该 此 本 一切 所有'],
      ['ADV', '很 较 仍 甚 虽 反'],
      ['PRON', '您'],
      ['PART', '啊'],
      ['ADP', '往'],
    ] satisfies [UniversalTag, string][]
  ).flatMap(([tag, words]) => words.split(' ').map((word) => [word, tag] as const)),
);

/** The kinds of names among jieba's tags. NOTE A single character with a person's tag is as a rule none: it counts as no name. */
const entityTypes: { readonly [tag: string]: string } = {
  nr: 'PER',
  nrfg: 'PER',
  nrt: 'PER',
  ns: 'LOC',
  nt: 'ORG',
};

const HAS_LETTER = /\p{L}/u;

/** The universal tag of a word that jieba tagged so. */
export function universalOfJieba(word: string, tag: string): UniversalTag {
  if (!HAS_LETTER.test(word)) return tagOfMark(word);
  return closed.get(word) ?? universal[tag] ?? universal[tag[0]] ?? 'X';
}

/** A tagger of Chinese sentences. @throws `data/no-jieba` where its binary is not installed */
export async function chineseTagger(): Promise<(sentence: string) => SentenceTags> {
  const jieba = await loadJieba();
  if (!jieba) throw fail('data/no-jieba', {});
  return (sentence) => {
    const words: TaggedWord[] = [];
    const entities: NamedEntity[] = [];
    let start = 0;
    for (const { word, tag } of jieba.tag(sentence, true)) {
      const place = { text: word, start, end: start + word.length };
      start = place.end;
      if (word.trim() === '') continue;
      words.push({ ...place, upos: universalOfJieba(word, tag), xpos: tag });
      const type = Object.hasOwn(entityTypes, tag) ? entityTypes[tag] : undefined;
      if (type && !(type === 'PER' && word.length < 2)) entities.push({ ...place, type });
    }
    return { words, entities };
  };
}
