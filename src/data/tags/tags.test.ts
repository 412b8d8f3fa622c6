/** Tagging: places, parts of speech and names in Chinese, English and mixed text; CoNLL-U as its definition says. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { universalOfJieba } from './chinese-tags.ts';
import { conllu } from './conllu.ts';
import { tagCounter } from './tag-counts.ts';
import { type TaggedSentence, universalTags } from './tagged.ts';
import { textTagger } from './text-tagger.ts';

const tag = textTagger();

async function tagged(text: string): Promise<TaggedSentence[]> {
  const sentences: TaggedSentence[] = [];
  for await (const sentence of tag(text)) sentences.push(sentence);
  return sentences;
}

const shown = ({ words }: TaggedSentence): string =>
  words.map(({ text, upos }) => `${text}/${upos}`).join(' ');
const names = ({ entities }: TaggedSentence): string =>
  entities.map(({ text, type }) => `${type} ${text}`).join(', ');

const MIXED =
  '昨天李开复在北京大学说了话。Dr. Mary Lee of Oxford University left the Bank of England for Paris in June 2018!\n我在GitHub上写code，很开心。Она дома. 7 % + 1';

describe('tags', () => {
  test('sentence by sentence, each by the tool of its language', async () => {
    const [zh, en, mixed, other, marks] = await tagged(MIXED);
    expect([zh, en, mixed, other, marks].map(({ language }) => language)).toEqual([
      'zh',
      'en',
      'zh',
      'und',
      'und',
    ]);
    expect(shown(zh)).toBe('昨天/NOUN 李开复/PROPN 在/ADP 北京大学/PROPN 说/VERB 了/AUX 话/NOUN 。/PUNCT');
    expect(names(zh)).toBe('PER 李开复, ORG 北京大学');
    expect(shown(en)).toMatch(
      /^Dr\.\/PROPN Mary\/PROPN Lee\/PROPN of\/ADP .*left\/VERB the\/DET .*!\/PUNCT$/,
    );
    expect(names(en)).toBe(
      'PER Mary Lee, ORG Oxford University, ORG Bank of England, LOC Paris, DATE June 2018',
    );
    expect(shown(mixed)).toContain('GitHub/X 上/ADP 写/VERB code/X ，/PUNCT 很/ADV');
    expect(shown(other)).toBe('Она/X дома/X ./PUNCT');
    expect(shown(marks)).toBe('7/NUM %/SYM +/SYM 1/NUM');
  });

  test('every place is one of the text, in order, and nothing but white space is left out', async () => {
    const piece = fc.constantFrom(
      '李白',
      '写诗',
      '。',
      'Mr. ',
      "don't",
      ' ',
      '\t',
      '\n',
      '😀',
      '𠀀',
      '’ve',
      '3.5',
      '¼',
      '٣',
      'Łódź',
      '.',
      'é',
      '\u200b',
      'か',
      '"',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const text = pieces.join('');
        const words = (await tagged(text)).flatMap((sentence) => sentence.words);
        let from = 0;
        for (const word of words) {
          expect(text.slice(word.start, word.end)).toBe(word.text);
          expect(text.slice(from, word.start).trim()).toBe('');
          from = word.end;
        }
        expect(text.slice(from).trim()).toBe('');
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test('tags of jieba in the universal set', () => {
    const pairs = [
      ['是', 'v'],
      ['每', 'zg'],
      ['与', 'p'],
      ['如果', 'c'],
      ['高', 'a'],
      ['高兴地', 'ad'],
      ['！', 'x'],
      ['３', 'm'],
      ['￥', 'x'],
      ['某词', 'nzz'],
      ['词', '?'],
    ];
    expect(pairs.map(([word, own]) => universalOfJieba(word, own))).toEqual([
      'AUX',
      'DET',
      'CCONJ',
      'SCONJ',
      'ADJ',
      'ADV',
      'PUNCT',
      'NUM',
      'SYM',
      'NOUN',
      'X',
    ]);
  });
});

test('counts by part of speech and kind of name, the commonest first', async () => {
  const { add, counts } = tagCounter({ commonest: 1 });
  for (const sentence of await tagged('李白写诗。李白喝酒。杜甫写诗。')) add(sentence);
  const { sentences, words, tags, entities } = counts();
  expect({ sentences, words }).toEqual({ sentences: 3, words: 9 });
  expect(entities).toEqual([{ tag: 'PER', count: 3, kinds: 2, commonest: [{ text: '李白', count: 2 }] }]);
  expect(tags.map(({ tag: name, count }) => `${name} ${count}`).sort()).toEqual([
    'NOUN 2',
    'PROPN 3',
    'PUNCT 3',
    'VERB 1',
  ]);
});

/** Reads CoNLL-U back, strictly: ten columns, ids from 1, a blank line behind each sentence. */
function readConllu(text: string) {
  expect(text.endsWith('\n\n')).toBe(true);
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((block) => {
      const lines = block.split('\n');
      const about = new Map(
        lines
          .filter((line) => line.startsWith('# '))
          .map((line) => line.slice(2).split(' = ') as [string, string]),
      );
      const words = lines
        .filter((line) => !line.startsWith('#'))
        .map((line, i) => {
          const columns = line.split('\t');
          expect(columns).toHaveLength(10);
          expect(columns.every((column) => column !== '')).toBe(true);
          expect(columns[0]).toBe(String(i + 1));
          expect(universalTags).toContain(columns[3]);
          const misc = new Map(columns[9].split('|').map((pair) => pair.split('=') as [string, string]));
          return {
            text: columns[1],
            upos: columns[3],
            xpos: columns[4],
            start: Number(misc.get('start_char')),
            end: Number(misc.get('end_char')),
            ner: misc.get('NER'),
            isJoined: misc.get('SpaceAfter') === 'No',
          };
        });
      return { about, words };
    });
}

test('CoNLL-U: what was written is read back, and the text comes of its words', async () => {
  const sentences = await tagged(MIXED);
  const read = readConllu(conllu(sentences, { document: 'a\tb', first: 4 }));
  expect(read.map(({ about }) => about.get('sent_id'))).toEqual(['4', '5', '6', '7', '8']);
  expect(read[0].about.get('newdoc id')).toBe('a b');
  read.forEach(({ about, words }, i) => {
    expect(words.map(({ text, upos, xpos, start, end }) => ({ text, start, end, upos, xpos }))).toEqual(
      sentences[i].words,
    );
    expect(
      words.map(({ text, isJoined }, k) => text + (isJoined || k === words.length - 1 ? '' : ' ')).join(''),
    ).toBe(about.get('text'));
  });
  expect(read[1].words.map(({ ner }) => ner).filter(Boolean)).toEqual([
    'B-PER',
    'I-PER',
    'B-ORG',
    'I-ORG',
    'B-ORG',
    'I-ORG',
    'I-ORG',
    'B-LOC',
    'B-DATE',
    'I-DATE',
  ]);
});
