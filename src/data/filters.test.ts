import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { setLanguage } from '../language.ts';
import { type CleaningRule, cleanDocuments, createCleaner, describeCleaning } from './clean.ts';
import { languageDetector, languageRule } from './language-rule.ts';
import { isBankCard, isResidentId, maskPersonal, personalRule } from './personal.ts';
import { qualityRules } from './quality.ts';
import { parseWordList, wordFinder, wordListLimits, wordListRule } from './word-list.ts';

afterEach(() => setLanguage(undefined));

const run = (rules: readonly CleaningRule[], texts: readonly string[]) =>
  cleanDocuments(
    texts.map((text) => ({ text })),
    { rules },
  );

describe('language', () => {
  test.each([
    ['床前明月光，疑是地上霜。', 'zh'],
    ['昔者莊周夢為胡蝶，栩栩然胡蝶也。', 'zh'],
    ['我用 JavaScript 写代码，然后 npm install。', 'zh'],
    ['さくらの花が咲いた公園を散歩した。', 'ja'],
    ['東京タワーの高さは三百三十三メートル', 'ja'],
    ['한국어 문장을 하나 적는다.', 'ko'],
    ['It was a bright cold day in April, and the clocks were striking.', 'en'],
    ['Der Hund schläft unter dem Tisch und träumt vom Fressen.', 'de'],
    ['Le chat dort sur la table pendant que la pluie tombe.', 'fr'],
    ['Кошка спит на тёплой крыше, а дождь идёт.', 'ru'],
    ['القطة تنام على السطح الدافئ في الليل', 'ar'],
    ['1234 5678 — !!', 'und'],
    ['', 'und'],
  ])('%s is %s', async (text, expected) => {
    expect((await languageDetector())(text)).toBe(expected);
  });

  test('a long text is told by samples of it: a foreign first line does not count', async () => {
    const detect = await languageDetector();
    const chapter = '这一年冬天特别冷，河水早早地结了冰，孩子们都在冰上玩。'.repeat(300);
    expect(detect(`Chapter one\n${chapter}`)).toBe('zh');
    expect(detect(`${'The river froze early that winter. '.repeat(80)}${chapter.slice(0, 300)}`)).toBe('en');
  });

  test('the others are dropped and counted by language', async () => {
    setLanguage('en');
    const texts = [
      '春眠不觉晓',
      'Spring sleep, not aware of dawn.',
      'Der Frühling schläft noch lange.',
      '12',
    ];
    const { documents, report } = await run([await languageRule(['zh', 'en'])], texts);
    expect(documents.map(({ text }) => text)).toEqual(texts.slice(0, 2));
    expect(report.rules[0]).toMatchObject({ dropped: 2, kinds: { de: 1, und: 1 } });
    expect(report.rules[0].example).toEqual({ before: texts[2], after: undefined });
    expect(describeCleaning(report).slice(1)).toEqual(['dropped 2: not in zh, en', '  by kind: de 1, und 1']);
    setLanguage('zh');
    expect(describeCleaning(report).slice(1)).toEqual(['去掉 2 篇：语言不是 zh, en', '  分类：de 1，und 1']);
  });
});

describe('personal data', () => {
  test.each([
    ['写信到 zhang.san+a@mail.example.com.cn。', '写信到 [EMAIL]。'],
    ['ftp://bob:s3cret@host/x', 'ftp://[CREDENTIALS]@host/x'],
    ['https://host/a:b@c', 'https://host/a:b@c'],
    ['电话13812345678，或 +86 138-1234-5678，或 (010) 62751234', '电话[PHONE]，或 [PHONE]，或 [PHONE]'],
    ['0571-87951234', '[PHONE]'],
    ['call +44 20 7946 0958 or (212) 555-0123 or 415-555-0199', 'call [PHONE] or [PHONE] or [PHONE]'],
    ['订单 1381234567890 号', '订单 1381234567890 号'],
    ['身份证11010519491231002X。', '身份证[ID]。'],
    ['110105194912310021', '110105194912310021'],
    ['card 4111 1111 1111 1111, 4111-1111-1111-1112', 'card [CARD], 4111-1111-1111-1112'],
    ['from 93.184.216.34:80 and 2001:db8::ff00:42:8329', 'from [IP]:80 and [IP]'],
    ['127.0.0.1, 3.1.2.1, 300.1.2.30, 12:30:15, A::B, std::vec', undefined],
    ['In 2001-02-03 it cost 1,234,567.89 on p. 1990-1995', undefined],
    ['a@b, @name, x@y.', undefined],
  ])('%s', (text, expected) => {
    expect(maskPersonal(text)).toBe(expected ?? text);
  });

  test('check digits are those of python-stdnum', () => {
    const path = join(import.meta.dirname, '../../test/golden/personal.json');
    const { residents, cards } = JSON.parse(readFileSync(path, 'utf8')) as Record<
      string,
      [string, boolean][]
    >;
    for (const [number, isValid] of residents)
      expect([number, isResidentId(number)]).toEqual([number, isValid]);
    for (const [number, isValid] of cards) expect([number, isBankCard(number)]).toEqual([number, isValid]);
    expect([...residents, ...cards].filter(([, isValid]) => !isValid).length).toBeGreaterThan(100);
  });

  test('what was masked is counted by kind, and masking twice changes nothing', async () => {
    const { documents, report } = await run(
      [personalRule()],
      ['a@b.cn c@d.cn 8.8.80.8', 'nothing here', 'e@f.cn'],
    );
    expect(report.rules[0]).toMatchObject({ altered: 2, dropped: 0, kinds: { email: 3, ip: 1 } });
    for (const { text } of documents) expect(maskPersonal(text)).toBe(text);
  });
});

describe('quality', () => {
  const prose =
    'The old man walked to the river and sat down, for he had been tired of the long road. '.repeat(4);
  const chinese = '老人走到河边坐下，因为他走了很长的路，已经很累了。河水不深，也没有人在那里。'.repeat(4);
  const nameOf = (rules: readonly CleaningRule[], text: string) => {
    const cleaner = createCleaner(rules);
    const kept = cleaner.clean({ text });
    return kept ? kept.text : cleaner.report().rules.find(({ dropped }) => dropped)!.name;
  };
  test.each([
    ['word-count', 'Too short to tell, the and of.'],
    ['word-count', '春眠不觉晓，处处闻啼鸟。'],
    ['word-length', 'a I o u the of x y z w '.repeat(10)],
    ['symbols', prose.replaceAll(' t', ' #t')],
    ['symbols', chinese.replaceAll('，', '…')],
    ['bullets', Array.from({ length: 12 }, () => `- ${prose.slice(0, 60)}`).join('\n')],
    ['ellipses', `${prose.slice(0, 87)}…\n${prose}\n${prose.slice(0, 87)}...`],
    ['letters', `${prose} ${'123 456 789 '.repeat(20)}`],
    ['stop-words', 'Budget hotels, cheap flights, luxury watches, shoes online. '.repeat(9)],
  ])('Gopher drops by %s', (rule, text) => {
    expect(nameOf(qualityRules('gopher'), text)).toBe(rule);
  });

  test('Gopher keeps prose of both languages', () => {
    for (const text of [prose, chinese]) expect(nameOf(qualityRules('gopher'), text)).toBe(text);
  });

  test('C4 keeps lines that are sentences, and pages of three', () => {
    const page = [
      'Home | About | Contact',
      'The river rises in the hills north of here.[12]',
      'Please enable Javascript to read this page now.',
      'It is not deep. Few people ever swim in it today.',
      'Read more about it...',
      'So it is.',
    ];
    expect(nameOf(qualityRules('c4'), page.join('\n'))).toBe(
      'The river rises in the hills north of here.\nIt is not deep. Few people ever swim in it today.',
    );
    expect(nameOf(qualityRules('c4'), page.slice(2).join('\n'))).toBe('sentences');
  });

  test.each([
    ['curly-bracket', 'if (x) { y } is what he wrote here. It is code. It is short.'],
    ['placeholder', 'Lorem ipsum dolor sit amet it goes. And so on it goes. And on.'],
    ['sentences', '老人走到河边坐下，因为他走了很长的路。已经很累了。'],
  ])('C4 drops by %s', (rule, text) => {
    expect(nameOf(qualityRules('c4'), text)).toBe(rule);
  });
});

describe('a list of words', () => {
  const list = parseWordList('# neutral examples\nblorp\n Grey  \n\nzip zap\n甲乙\n', 'list.txt');

  test.each([
    ['a BLORP.', 'blorp'],
    ['ｂｌｏｒｐ', 'blorp'],
    ['blorps and greyish', undefined],
    ['他说blorp。', 'blorp'],
    ['zip zap', 'zip zap'],
    ['unzip zap', undefined],
    ['在甲乙之间', '甲乙'],
    ['', undefined],
  ])('%s', (text, found) => {
    expect(wordFinder(list)(text)).toBe(found);
  });

  test('documents are dropped, counted by entry', async () => {
    const { documents, report } = await run([wordListRule(list)], ['a grey day', '甲乙', '甲', 'grey!']);
    expect(documents).toEqual([{ text: '甲' }]);
    expect(report.rules[0]).toMatchObject({ dropped: 3, kinds: { grey: 2, 甲乙: 1 } });
  });

  test('a list with nothing in it, or with too much, is an error that names the line', () => {
    setLanguage('en');
    expect(() => parseWordList('# none\n', 'w.txt')).toThrow(/word list w\.txt:1: .*got none/);
    const { entryCharacters } = wordListLimits;
    expect(parseWordList('x'.repeat(entryCharacters), 'w.txt')).toHaveLength(1);
    expect(() => parseWordList(`a\n${'x'.repeat(entryCharacters + 1)}`, 'w.txt')).toThrow(
      /w\.txt:2: .*got 201/,
    );
  });
});
