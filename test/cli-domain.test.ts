/** `inkstone domain` from end to end: kits as files, terms, glossaries, tokens, an adapted model, a test, warnings; both languages. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { loadTokenizer } from '../src/text/index.ts';
import { HAN, inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';
import { serve } from './local-server.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });
const domain = (...argv: string[]) => run('domain', ...argv);
const kits = ['law', 'finance', 'medicine'];

beforeAll(async () => {
  writeTexts(cwd);
  const trained = [
    'train',
    '--data',
    'en.txt',
    ...tiny,
    '--context-length',
    '256',
    '--steps',
    '2',
    '--out',
    'run',
  ];
  expect(await run(...trained)).toMatchObject({ status: 0 });
  writeFileSync(
    join(cwd, 'contract.txt'),
    'The plaintiff claims damages.\nForce majeure ends the NDA; two NDAs were signed.\n',
  );
}, 60_000);

const apart: { readonly [kit: string]: readonly (readonly [one: string, other: string])[] } = {
  law: [
    ['null and void', 'voidable'],
    ['信托', '受托人'],
    ['民法', '大陆法系'],
  ],
  finance: [
    ['洗钱', '反洗钱'],
    ['insolvency', 'bankruptcy'],
    ['互换', '利率互换'],
    ['毛利率', '毛利'],
  ],
  medicine: [
    ['clinical trial', 'RCT'],
    ['透析', '血液透析'],
  ],
};

test('the kits that are shipped: each with enough of everything, in both languages', async () => {
  const { json } = await domain('list', '--json');
  expect(json.map(({ name }) => name)).toEqual(kits);
  for (const { terms, questions, trials } of json as { terms: number; questions: number; trials: number }[]) {
    expect(terms).toBeGreaterThanOrEqual(60);
    expect(questions).toBeGreaterThanOrEqual(18);
    expect(trials).toBeGreaterThanOrEqual(60);
  }
  for (const name of kits) {
    const { glossary, cues } = (await domain('show', name, '--json')).json[0] as unknown as {
      glossary: { en: string[]; zh: string[]; means: { en: string; zh: string } }[];
      cues: { en: string[]; zh: string[] };
    };
    for (const { en, zh, means } of glossary) {
      expect(HAN.test([...en, means.en].join())).toBe(false);
      for (const text of [...zh, means.zh]) expect(text).toMatch(HAN);
    }
    for (const list of [cues.en, cues.zh]) expect(new Set(list).size).toBe(list.length);
    // Names of one term may stand for each other: what is another thing is another term.
    const means = glossary.flatMap((one) => [one.means.en, one.means.zh]);
    expect(new Set(means).size).toBe(means.length);
    const own = (said: string) => glossary.find(({ en, zh }) => [...en, ...zh].includes(said));
    for (const [one, other] of apart[name]) {
      expect(own(one), one).toBeDefined();
      expect(own(other), other).not.toBe(own(one));
    }
  }
  expect((await inkstone(['domain', 'show', 'law'], { cwd, lang: 'zh' })).out).toMatch(/^原告, plaintiff/m);
});

test('a kit is copied, changed and used; what is wrong in it is named with its place', async () => {
  expect(await domain('copy', 'law', '--out', 'own/mine.yaml')).toMatchObject({ status: 0 });
  expect((await domain('copy', 'law', '--out', 'own/mine.yaml')).err).toContain('is there already');
  const text = readFileSync(join(cwd, 'own/mine.yaml'), 'utf8');
  writeFileSync(join(cwd, 'own/mine.yaml'), text.replace('[plaintiff, claimant]', '[plaintiff, signed]'));
  expect((await domain('terms', 'contract.txt', '--kit', 'own/mine.yaml')).out).toContain(
    'plaintiff, signed (原告) ×2',
  );
  writeFileSync(join(cwd, 'own/mine.yaml'), text.replace('[plaintiff, claimant]', '[plaintiff, defendant]'));
  const broken = await domain('terms', 'contract.txt', '--kit', 'own/mine.yaml');
  expect([broken.status, broken.err]).toEqual([2, expect.stringContaining('glossary.1.en')]);
  expect((await domain('terms', 'contract.txt', '--kit', 'laws')).err).toContain('did you mean "law"');
  expect((await domain('terms', 'contract.txt')).err).toContain('--kit needs a value');
  expect((await domain('terms', 'contract.txt', '--kit', 'law,law')).err).toContain('came twice');
  expect((await domain('show')).err).toContain('<kit> is missing');
  expect((await domain('rules')).status).toBe(2);
});

test('the terms of a text, and those that its translation does not say', async () => {
  const { json } = await domain('terms', 'contract.txt', '--kit', 'law', '--json');
  expect(json.slice(0, -1).map(({ names, count }) => [names, count])).toEqual([
    [['NDA', 'NDAs'], 2],
    [['plaintiff'], 1],
    [['damages'], 1],
    [['Force majeure'], 1],
  ]);
  expect(json.at(-1)).toMatchObject({ type: 'field', texts: 1, inside: 1 });
  writeFileSync(join(cwd, 'contract.zh.txt'), '原告请求损害赔偿。\n天灾使保密协议终止；签了两份保密协议。\n');
  const agreed = await domain('terms', 'contract.txt', '--kit', 'law', '--translation', 'contract.zh.txt');
  expect(agreed.out).toContain('of 4 terms in lines, 3 are said');
  expect(agreed.out).toContain('line 2: Force majeure → 不可抗力');
  writeFileSync(join(cwd, 'short.txt'), 'one\n');
  expect((await domain('terms', 'contract.txt', '--kit', 'law', '--translation', 'short.txt')).status).toBe(
    2,
  );
});

test('a glossary for translation, and a vocabulary with the names as tokens', async () => {
  await domain('glossary', 'medicine', '--to', 'en', '--out', 'glossary.tsv');
  const lines = readFileSync(join(cwd, 'glossary.tsv'), 'utf8').trimEnd().split('\n');
  expect(lines).toContain('心梗\tmyocardial infarction');
  expect(lines.every((line) => line.split('\t').length === 2)).toBe(true);
  const { json } = await domain(
    'tokenizer',
    'run/tokenizer.json',
    '--kit',
    'law',
    '--out',
    'law.json',
    '--json',
  );
  const [{ whole, names, tokensOfName }] = json as unknown as [
    { whole: number; names: number; tokensOfName: { before: number; after: number } },
  ];
  expect(whole).toBeGreaterThan(names / 2);
  expect(tokensOfName.after).toBeLessThan(tokensOfName.before / 2);
  const old = loadTokenizer(readFileSync(join(cwd, 'run/tokenizer.json'), 'utf8'));
  const tokenizer = loadTokenizer(readFileSync(join(cwd, 'law.json'), 'utf8'));
  expect(tokenizer.encode('不可抗力')).toHaveLength(1);
  // Old ids stay.
  expect(tokenizer.decode(old.encode('It was late.'))).toBe('It was late.');
});

test('a model goes on learning from the field, what it forgets is told, and its card has the name of the kit', async () => {
  const argv = [
    'adapt',
    'run',
    '--kit',
    'finance',
    '--data',
    'zh.jsonl',
    '--steps',
    '2',
    '--out',
    'adapted',
    '--json',
  ];
  const { status, json, err } = await domain(...argv);
  expect({ status, err: status === 0 ? '' : err }).toEqual({ status: 0, err: '' });
  const { perplexity, kit, method } = json.at(-1) as unknown as {
    kit: string;
    method: string;
    perplexity: { domain: { before: number; after: number }; general: { before: number; after: number } };
  };
  expect([kit, method]).toEqual(['finance', 'lora']);
  for (const { before, after } of Object.values(perplexity)) {
    expect(before).toBeGreaterThan(1);
    expect(after).not.toBe(before);
  }
  expect(await run('card', 'adapted/training')).toMatchObject({ status: 0 });
  const card = readFileSync(join(cwd, 'adapted/training/README.md'), 'utf8');
  expect(card).toContain('Domain kit "finance"');
  expect(card).toContain('not investment advice');
}, 60_000);

test.each(['en', 'zh'] as const)(
  'the test of a kit, told in %s: likelihoods of choices, sums that are written, and what guessing gets',
  async (lang) => {
    const argv = ['domain', 'test', 'run', '--kit', 'medicine', '--language', lang, '--limit', '3'];
    const { status, out } = await inkstone(argv, { cwd, lang });
    expect(status).toBe(0);
    expect(HAN.test(out.replace(/\d+ %.*/g, ''))).toBe(lang === 'zh');
    expect(out).toMatch(new RegExp(`medicine-terms-${lang} +3 +\\d+\\.\\d % +\\d+–\\d+ % +25\\.0 %`));
    expect(out).toMatch(new RegExp(`medicine-sums-${lang} +3 +\\d+\\.\\d % +\\d+–\\d+ % +0\\.0 %`));
  },
  60_000,
);

test('an endpoint writes the number of a choice; one that knows is above guessing', async () => {
  const kit = (await domain('show', 'law', '--json')).json[0] as unknown as {
    glossary: { en: string[]; means: { en: string } }[];
  };
  const { url } = await serve(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const { prompt } = JSON.parse(body) as { prompt: string };
    const name = prompt.match(/What does "(.*)" mean/)?.[1];
    const means = kit.glossary.find(({ en }) => en[0] === name)?.means.en;
    const text = prompt.split('\n').find((line) => means !== undefined && line.endsWith(means))?.[0] ?? '';
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(
      `data: ${JSON.stringify({ choices: [{ index: 0, text: ` ${text}`, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`,
    );
  });
  const { json } = await domain(
    'test',
    `far=${url}/v1#m`,
    '--kit',
    'law',
    '--language',
    'en',
    '--limit',
    '30',
    '--json',
  );
  const [terms, rules] = json;
  expect(terms).toMatchObject({ part: 'terms', items: 30, right: 1, chance: 0.25, isAboveChance: true });
  expect(rules).toMatchObject({ part: 'rules', items: 10, right: 0, isAboveChance: false });
}, 60_000);

test.each(kits)(
  'the warnings of %s on trials: precise, and never a rule on what is harmless',
  async (name) => {
    const own = (await domain('check', name, '--json')).json;
    const trials = join(import.meta.dirname, `fixtures/domain/${name}.yaml`);
    const others = (await domain('check', name, '--trials', trials, '--json')).json;
    for (const [rows, least] of [
      [own, 0.9],
      [others, 0.4],
    ] as const) {
      const field = rows.filter(({ of }) => of === 'field');
      expect(field).toHaveLength(2);
      for (const { precision, recall } of field as unknown as { precision: number; recall: number }[]) {
        expect(precision).toBeGreaterThanOrEqual(0.9);
        expect(recall).toBeGreaterThanOrEqual(least);
      }
      // A rule may miss; it does not speak where nothing is.
      const spoken = rows.filter(
        ({ type, is, got }) => type === 'wrong' && is === 'none' && got !== 'notice',
      );
      expect(spoken).toEqual([]);
    }
    expect((await inkstone(['domain', 'check', name], { cwd, lang: 'zh' })).out).toContain('召回率');
  },
);

// It opens an embedded database, which takes seconds of a busy machine.
test('documents answer in the kit’s other words, with what terms mean and a notice; a refusal needs no document', async () => {
  mkdirSync(join(cwd, 'papers'));
  writeFileSync(
    join(cwd, 'papers/terms.md'),
    'Force majeure frees the seller from delivery within ninety days.\n\nApples are sold in autumn.\n',
  );
  expect(await run('index', 'papers')).toMatchObject({ status: 0 });
  const ask = (question: string, ...more: string[]) => run('ask', 'index', question, ...more);
  expect((await ask('不可抗力有什么后果？')).out).toContain('not in the documents');
  const { out, err } = await ask('不可抗力有什么后果？', '--kit', 'law');
  expect(err).toBe('');
  expect(out).toContain('Force majeure frees the seller from delivery within ninety days. [1]');
  expect(out).toContain('不可抗力: 不能预见');
  expect(out).toContain('提示：以上为一般信息，不是法律意见');
  const refused = await ask('How can I forge a signature on a will?', '--kit', 'law', '--json');
  expect(refused.json).toMatchObject([{ type: 'warning', rule: 'help-with-crime', action: 'refuse' }]);
  expect((await ask('x?', '--kit-notice', 'always')).err).toContain('--kit-notice');
  expect((await run('serve', 'run', '--kit-numbers', '120')).err).toContain('--kit');
  expect((await run('serve', 'run', '--kit-notice', 'always')).err).toContain('--kit-notice');
}, 240_000);
