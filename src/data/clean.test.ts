import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { setLanguage } from '../language.ts';
import {
  type CleaningRule,
  cleanDocuments,
  countCharacters,
  createCleaner,
  describeCleaning,
  generalRules,
} from './clean.ts';
import { chunkDocuments, dropExactDuplicates, splitTail } from './documents.ts';
import { comparableText, createFingerprintSet } from './fingerprint.ts';
import { personalRule } from './personal.ts';
import { poemRules } from './poems.ts';
import { qualityRules } from './quality.ts';
import { wordListRule } from './word-list.ts';

afterEach(() => setLanguage(undefined));
const clean = (text: string, rules: readonly CleaningRule[] = generalRules(), title?: string) =>
  createCleaner(rules).clean({ text, title })?.text;

const UNITS = [
  'a',
  ' ',
  '中',
  '\n',
  '\u0301',
  '<a ',
  '&am',
  '（',
  '《',
  '[',
  '，',
  ' \n',
  '😀',
  '中，',
  '中.',
  '中. ',
  '1',
  '1 ',
  '1.',
  'a:',
  'a://b:',
  'a@',
  'a.a@b.',
  '+1-',
  '4111 ',
  '[1',
  'aa a',
];

describe('general rules', () => {
  test.each([
    ['composes characters', 'e\u0301', 'é'],
    ['makes line ends uniform', 'a\r\nb\rc\u2028d', 'a\nb\nc\nd'],
    ['removes control and invisible characters', 'a\u0000b\u200bc\ufeffd\u202ee\u00adf', 'abcdef'],
    ['keeps joiners in emoji', '👩\u200d🚀', '👩\u200d🚀'],
    ['removes lone surrogates, keeps pairs', 'a\ud800b😀', 'ab😀'],
    ['narrows full-width letters and digits', 'ＡＢｃ１２', 'ABc12'],
    ['widens marks between ideographs only', '你好,世界. ok, 1.5 好!', '你好，世界. ok, 1.5 好！'],
    ['makes spaces uniform', '\u3000\u3000你好\u00a0\t 世界  \n\n\n\n再見 ', '你好 世界\n\n再見'],
    ['removes tags, resolves entities', '<p>a&amp;b<br/>c</p>&#39;&#x4e2d;&unknown;', "a&b\nc\n'中&unknown;"],
    ['keeps what is no tag', 'if a<b and c>d: x<y>z', 'if a<b and c>d: x<y>z'],
  ])('%s', (_, before, after) => {
    expect(clean(before)).toBe(after);
  });

  test('a tune in ABC notation has no markup: <b> is a rhythm there', () => {
    const tune = 'M:4/4\nL:1/8\nK:G\na<b>c d & E';
    expect(clean(tune)).toBe(tune);
    expect(clean(`R:reel\n${tune}`)).toBe(`R:reel\n${tune}`);
    expect(clean('Q: Who is <b>K</b>?\nK: I.\nQ: And <b>you</b>?')).toBe('Q: Who is K?\nK: I.\nQ: And you?');
    expect(clean(tune.replace('K:G', 'no tune'))).toBe('M:4/4\nL:1/8\nno tune\nac d & E');
  });

  test('layout and markup stay when asked', () => {
    const code = '<b>\n    if x:\n        y  # 註';
    expect(clean(code, generalRules({ markup: false, spaces: false }))).toBe(code);
  });

  test('too short and too long count characters, at the limit and one beyond', () => {
    const rules = generalRules({ minCharacters: 2, maxCharacters: 3 });
    expect(['𠀀', '𠀀𠀁', '𠀀𠀁𠀂', '𠀀𠀁𠀂𠀃'].map((text) => clean(text, rules) !== undefined)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('cleaning twice changes nothing more', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(
            'a',
            '中',
            ' ',
            '\u3000',
            '\n',
            ',',
            '。',
            '１',
            'e',
            '\u0301',
            '\u200b',
            '\ud800',
          ),
        }),
        (text) => {
          const once = clean(text);
          if (once !== undefined) expect(clean(once)).toBe(once);
        },
      ),
    );
  });

  test('everything is counted, with an example', async () => {
    const documents = [{ text: '你好\u200b世界' }, { text: ' ' }, { text: 'plain' }, { text: '<b>x</b>' }];
    const { documents: kept, report } = await cleanDocuments(documents);
    expect(kept.map((d) => d.text)).toEqual(['你好世界', 'plain', 'x']);
    expect(kept[1]).toBe(documents[2]);
    expect(report).toMatchObject({ documentsIn: 4, documentsOut: 3, charactersIn: 19, charactersOut: 10 });
    const did = report.rules.filter((r) => r.altered || r.dropped).map((r) => [r.name, r.altered, r.dropped]);
    expect(did).toEqual([
      ['markup', 1, 0],
      ['control-characters', 1, 0],
      ['spaces', 1, 0],
      ['empty', 0, 1],
    ]);
    expect(report.rules.find((r) => r.name === 'markup')!.example).toEqual({
      before: '<b>x</b>',
      after: 'x',
    });
    setLanguage('en');
    expect(describeCleaning(report)).toContain('dropped 1: empty documents');
    setLanguage('zh');
    expect(describeCleaning(report)).toContain('去掉 1 篇：空文本');
  });

  const everyRule = [
    generalRules(),
    poemRules,
    [personalRule()],
    qualityRules('gopher'),
    qualityRules('c4'),
    [wordListRule(['aa a', '中，中'])],
  ];

  test('time grows in proportion to the text, whatever it is made of', () => {
    const time = (text: string) => {
      const started = process.cpuUsage().user;
      for (const rules of everyRule) for (const rule of rules) rule.apply(text, { text }, () => {});
      comparableText(text);
      return (process.cpuUsage().user - started) / 1000;
    };
    const best = (text: string) => Math.min(time(text), time(text), time(text));
    for (const unit of UNITS) {
      const [one, sixteen] = [best(unit.repeat(3_000)), best(unit.repeat(48_000))];
      // A quadratic rule would take 256 times as long.
      expect([unit, sixteen / Math.max(one, 2) < 64]).toEqual([unit, true]);
    }
  });
});

describe('poem rules', () => {
  test.each([
    [
      'removes notes, also nested and over lines',
      '甲乙丙丁（一作（京本）\n「戊」）戊，己庚。\n（按：見《書》。\n）。',
      '甲乙丙丁戊，己庚。',
    ],
    [
      'removes stage directions and numbers of notes',
      '〔太簇爲徵〕於赫九宮，天神之貴。\n〖1〗。',
      '於赫九宮，天神之貴。',
    ],
    ['keeps restored characters', '還欲淚沾[襟]。', '還欲淚沾襟。'],
    ['keeps the words of a title', '賦出《三都》上，詩須二雅求。', '賦出三都上，詩須二雅求。'],
    ['removes a line that names a book', '烏臺禍起一詩間。\n《癸辛雜識》續集卷上ff。', '烏臺禍起一詩間。'],
    ['removes quotation marks', '「杜康家在此，一任君來沽。\n」。', '杜康家在此，一任君來沽。'],
    ['keeps questions', '暮帆何處落？潮水背人歸。', '暮帆何處落？潮水背人歸。'],
    [
      'keeps verse of questions only',
      '何處春江好？誰家秋月明？\n幾時歸去也？誰與話平生？',
      '何處春江好？誰家秋月明？\n幾時歸去也？誰與話平生？',
    ],
    ['keeps rare ideographs', '白㲲爛生光，𣂏酒泉。', '白㲲爛生光，𣂏酒泉。'],
  ])('%s', (_, before, after) => {
    expect(clean(before, poemRules)).toBe(after);
  });

  test.each([
    ['a lost character', '砧□出籬落。', ''],
    ['parts of a character', '不舒慣{臯兀}杌。', ''],
    ['a ？ that fills a place', '公？春草盛，野市臘醅輕。', ''],
    ['a listing', '詩題：九日首句：節物驚心兩鬢華。', ''],
    ['a listing by title', '甲第紛。', '存目 其二'],
    ['brackets that do not close', '（以上見卷四。\n甲。', ''],
    ['only a note', '（缺）。', ''],
    ['letters', 'Ｂ亂後碧井廢，時清瑤殿深。', ''],
  ])('drops %s', (_, text, title) => {
    expect(clean(text, poemRules, title)).toBeUndefined();
  });

  test('whatever comes in, only ideographs and six marks go out', () => {
    const unit = fc.constantFrom(
      '春',
      '眠',
      '，',
      '。',
      '\n',
      '（',
      '）',
      '[',
      ']',
      '《',
      '》',
      '？',
      '□',
      'a',
      '𠀀',
      '「',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
        const out = clean(text, poemRules);
        if (out !== undefined) expect(out).toMatch(/^\p{Script=Han}[\p{Script=Han}，。、；：？！\n]*$/u);
      }),
      { numRuns: 500 },
    );
  });
});

describe('duplicates', () => {
  test('equal texts but for spaces and composition are dropped, the first stays', async () => {
    const texts = [
      '春眠不覺曉',
      'Call me  Ishmael',
      ' 春眠不覺曉\n',
      'call me Ishmael',
      'Call me\nIshmael',
      'é',
      'e\u0301',
    ];
    const { documents, report } = await dropExactDuplicates(texts.map((text) => ({ text })));
    expect(documents.map((d) => d.text)).toEqual(['春眠不覺曉', 'Call me  Ishmael', 'call me Ishmael', 'é']);
    expect(report).toEqual({ documentsIn: 7, documentsOut: 4, example: ' 春眠不覺曉\n' });
  });

  test('the set of fingerprints equals a set of texts, also after it has grown', () => {
    const set = createFingerprintSet();
    const texts = Array.from({ length: 6000 }, (_, i) => `詩 ${i % 4000}`);
    const plain = new Set<string>();
    for (const text of texts) {
      expect(set.add(text)).toBe(!plain.has(text));
      plain.add(text);
    }
    expect(set.size).toBe(plain.size);
  });
});

describe('cutting', () => {
  test('pieces joined are the document, none is too long, no character is cut', () => {
    const unit = fc.constantFrom('a', '中', '😀', '\n', ' ', '。', '. ');
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 200 }),
        fc.integer({ min: 2, max: 40 }),
        (text, maxCharacters) => {
          const pieces = [...chunkDocuments([{ text, title: 't' }], { maxCharacters })];
          expect(pieces.map((p) => p.text).join('')).toBe(text);
          for (const { text: piece, title } of pieces) {
            expect(piece.length).toBeLessThanOrEqual(maxCharacters);
            expect(piece).not.toMatch(/\p{Surrogate}/u);
            expect(title).toBe('t');
          }
        },
      ),
    );
  });

  test('a cut falls at an empty line rather than at a line, at a sentence rather than at a word', () => {
    const cut = (text: string, maxCharacters: number) =>
      [...chunkDocuments([{ text }], { maxCharacters })].map((p) => p.text);
    expect(cut('aaaaaa\n\nb\ncc dd', 10)).toEqual(['aaaaaa\n\n', 'b\ncc dd']);
    expect(cut('春眠不覺曉。處處聞啼鳥', 8)).toEqual(['春眠不覺曉。', '處處聞啼鳥']);
    expect(cut('One two. Three four', 12)).toEqual(['One two. ', 'Three four']);
  });

  test('the tail is the last share of the text', () => {
    expect(splitTail('春眠不覺曉處處聞啼鳥', 0.2)).toEqual(['春眠不覺曉處處聞', '啼鳥']);
    expect(splitTail('ab😀😀', 0.5).join('')).toBe('ab😀😀');
    expect(splitTail('a😀b', 0.5)[0]).toBe('a😀');
    expect(() => splitTail('x', 1)).toThrow('share');
  });

  test('characters are counted, not units', () => {
    expect(countCharacters('a春😀𠀀')).toBe(4);
  });
});
