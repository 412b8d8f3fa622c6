/** Kits of a field: names found in texts of both languages, what tells the field, questions in other words, and files that are refused. */

import { expect, test } from 'vitest';
import { nameFinder } from './find-terms.ts';
import { domainKit } from './kit.ts';
import { readKit } from './read-kit.ts';
import { termAgreement, usedTerms } from './terms-used.ts';

const term = (en: string[], zh: string[], more: object = {}) => ({
  ...{ en, zh, means: { en: `meaning of ${en[0]}`, zh: `${zh[0]}的意思` } },
  ...more,
});
const file = {
  version: 1,
  name: 'shipping',
  title: { en: 'shipping', zh: '航运' },
  glossary: [
    term(['bill of lading', 'B/L', 'BOL'], ['提单']),
    term(['charter party'], ['租船合同']),
    term(['call option'], ['期权']),
    term(['party'], ['合同'], { everyday: true }),
    term(['notify body', 'policy'], ['保险单', '保险'], { everyday: true }),
  ],
  cues: { en: ['vessel'], zh: ['船期'] },
  hints: { en: ['port'], zh: ['港口'] },
  notice: { en: 'Ask a broker.', zh: '请咨询经纪人。' },
};
const kit = readKit(domainKit.parse(file));
const names = (text: string) => kit.terms(text).map(({ name }) => name);

test('names are found as words: capitals, plurals, hyphens, abbreviations as they are, the longest first', () => {
  expect(names('Bills of lading; a BILL OF LADING, two bill-of-ladings')).toEqual([
    'BILL OF LADING',
    'bill-of-ladings',
  ]);
  expect(names('The BOL and two BOLs, but no bol')).toEqual(['BOL', 'BOLs']);
  expect(nameFinder([{ name: 'S&P 500', value: 1 }])('Is the S&P 500 up?')).toHaveLength(1);
  expect(names('Charter parties sign, every party signs')).toEqual(['Charter parties', 'party']);
  expect(names('the partying crowd, departy, bill, of lading')).toEqual([]);
  // Words of one name stand together.
  expect(names('call. option; call\n\n\n\noption')).toEqual([]);
  const text = '按租船合同，船东签发提单。The party keeps the B/L.';
  for (const { name, start, end } of kit.terms(text)) expect(text.slice(start, end)).toBe(name);
  expect(names(text)).toEqual(['租船合同', '提单', 'party', 'B/L']);
});

test('a Chinese name does not hold the end of one word and the beginning of the next', () => {
  expect(names('保护长期权益')).toEqual([]);
  expect(names('买入期权')).toEqual(['期权']);
});

test('nothing, noise and a long text take their time and no more', () => {
  for (const text of ['', ' ', '\0\0', '\ud83d', '\ud83d提单\ude00', 'İİİ提单', 'ﬁﬁ party'])
    expect(kit.terms(text).every(({ name, start, end }) => text.slice(start, end) === name)).toBe(true);
  expect(names('\ud83d提单\ude00')).toEqual(['提单']);
  expect(names('party '.repeat(20_000))).toHaveLength(20_000);
  expect(nameFinder([{ name: '—', value: 1 }])('— a —')).toEqual([]);
});

test('a question is of the field by one word of it or two plain ones; a long text by two of the first kind', () => {
  expect(kit.isInside('What is a bill of lading?')).toBe(true);
  expect(kit.isInside('When does the vessel leave?')).toBe(true);
  expect(kit.isInside('港口离船期近吗')).toBe(true);
  expect(kit.isInside('Is the party on?')).toBe(false);
  expect(kit.isInside('Is the party at the port?')).toBe(true);
  expect(kit.isInside('party, party, party')).toBe(false);
  const long = 'words that say nothing '.repeat(20);
  expect(kit.isInside(`${long} party port policy vessel`)).toBe(false);
  expect(kit.isInside(`${long} vessel with a bill of lading`)).toBe(true);
});

test('a question comes in the other names of its terms, in both languages', () => {
  expect(kit.expand('what is a B/L?')).toEqual([
    { name: '提单', question: '提单' },
    { name: 'bill of lading', question: 'what is a  bill of lading ?' },
    { name: 'BOL', question: 'what is a  BOL ?' },
  ]);
  expect(kit.expand('租船合同和提单有什么区别').map(({ question }) => question)).toEqual([
    'charter party bill of lading',
    'charter party B/L',
    'charter party BOL',
  ]);
  expect(kit.expand('提单是什么').map(({ name }) => name)).toEqual(['bill of lading', 'B/L', 'BOL']);
  expect(kit.expand('what is the time?')).toEqual([]);
});

test('terms are told once with their places; a translation keeps them or not', () => {
  const [first] = usedTerms(kit.terms('party, B/L, bill of lading'));
  expect(first).toMatchObject({
    names: ['B/L', 'bill of lading'],
    places: [
      [7, 10],
      [12, 26],
    ],
  });
  const source = ['The bill of lading is signed.', 'A party signs a charter party.', ''];
  const translated = ['提单已签。', '一方签了租约。', ''];
  expect(termAgreement(kit, source, translated, 'zh')).toEqual({
    ...{ terms: 3, kept: 1 },
    missing: [
      { line: 2, name: 'party', wanted: ['合同'] },
      { line: 2, name: 'charter party', wanted: ['租船合同'] },
    ],
  });
});

test.each([
  [{ version: 2 }, 'version'],
  [{ name: '../x' }, 'name'],
  [{ glossary: [] }, 'glossary'],
  [{ glossary: [term(['a'], ['甲']), term(['A'], ['乙'])] }, 'glossary.1.en'],
  [{ more: 1 }, ''],
  [{ questions: [{ ask: { en: 'a', zh: '甲' } }] }, 'questions.0'],
  [
    { questions: [{ ask: { en: 'a', zh: '甲' }, choices: { en: ['x', 'y'], zh: ['子', '丑'] }, right: 2 }] },
    'questions.0',
  ],
  [
    {
      rules: [
        {
          name: 'r',
          on: 'answer',
          action: 'refuse',
          say: { en: 'a', zh: '甲' },
          patterns: { en: [], zh: [] },
        },
      ],
    },
    'rules.0.action',
  ],
  [{ trials: [{ ask: 'a', is: 'nothing' }] }, 'trials.0.is'],
  [{ trials: [{ ask: 'a', answer: 'b', is: 'none' }] }, 'trials.0'],
])('%j is refused at %j', (change, place) => {
  const { error } = domainKit.safeParse({ ...file, ...change });
  expect(error?.issues[0].path.join('.')).toBe(place);
});
