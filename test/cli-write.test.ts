/** What is done with a trained run and with texts: generate, tokenizer, repeat, doctor. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { chineseTexts, HAN, inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });

beforeAll(async () => {
  writeTexts(cwd);
  const train = ['--steps', '60', '--lr', '0.01', '--json'];
  await run('train', '--data', 'en.txt', ...tiny, ...train, '--out', 'en');
  await run('train', '--data', 'zh.jsonl', ...tiny, ...train, '--out', 'zh');
});

describe('generate', () => {
  const write = async (folder: string, prompt: string, ...options: string[]) => {
    const { status, err, json } = await run('generate', folder, '--prompt', prompt, '--json', ...options);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const texts = json.filter(({ type }) => type === 'finish');
    return texts.sort((a, b) => Number(a.index) - Number(b.index)).map(({ text }) => text as string);
  };

  test.each([
    ['en', 'the whale'],
    ['zh', '春风'],
  ])(
    'continues the prompt; the same seed writes the same, another seed another text (%s)',
    async (folder, prompt) => {
      const [text] = await write(folder, prompt, '--seed', '1');
      expect(text.startsWith(prompt)).toBe(true);
      expect(text.length).toBeGreaterThan(prompt.length);
      expect(await write(folder, prompt, '--seed', '1')).toEqual([text]);
      expect(await write(folder, prompt, '--seed', '2')).not.toEqual([text]);
    },
  );

  test('weights in bf16 write their own texts, the same again', async () => {
    const many = ['--n', '16', '--max-tokens', '300', '--seed', '1'];
    const rounded = await write('en', 'the', ...many, '--weights', 'bf16');
    expect(rounded).not.toEqual(await write('en', 'the', ...many));
    expect(await write('en', 'the', ...many, '--weights', 'bf16')).toEqual(rounded);
  });

  test('shows people the text as it grows, and why it ended', async () => {
    const [text] = await write('zh', '春', '--max-tokens', '12');
    const english = await run('generate', 'zh', '--prompt', '春', '--max-tokens', '12');
    expect(english.out.startsWith(`${text}\n`)).toBe(true);
    expect(english.out).toMatch(/\n\[(length|eos), \d+ tokens, \d+ tokens\/s\]\n$/);
    const chinese = await inkstone(['generate', 'zh', '--prompt', '春', '--max-tokens', '12'], {
      cwd,
      lang: 'zh',
    });
    expect(chinese.out).toMatch(/\n\[(length|eos)，\d+ 个词元，每秒 \d+ 个\]\n$/);
  });

  test('the pieces joined are the text', async () => {
    const { json } = await run('generate', 'zh', '--prompt', '月', '--json', '--max-tokens', '20');
    const pieces = json.filter(({ type }) => type === 'text-delta').map(({ text }) => text);
    expect(`月${pieces.join('')}`).toBe(json.at(-1)!.text);
  });

  test('greedy needs no seed, temperature 0 is greedy, and a penalty changes it', async () => {
    const greedy = await write('en', 'the', '--strategy', 'greedy');
    expect(await write('en', 'the', '--strategy', 'greedy', '--seed', '9')).toEqual(greedy);
    expect(await write('en', 'the', '--temperature', '0')).toEqual(greedy);
    expect(await write('en', 'the', '--strategy', 'greedy', '--repetition-penalty', '5')).not.toEqual(greedy);
  });

  test('filters narrow the draw: with one token left every one of them is greedy', async () => {
    const greedy = await write('en', 'the', '--strategy', 'greedy');
    expect(await write('en', 'the', '--top-k', '1')).toEqual(greedy);
    expect(await write('en', 'the', '--top-p', '0.0001')).toEqual(greedy);
    expect(await write('en', 'the', '--min-p', '1')).toEqual(greedy);
    expect(await write('en', 'the', '--temperature', '0.001')).toEqual(greedy);
  });

  test('every processor is a flag, with its settings after colons; what clashes is said at once', async () => {
    const greedy = await write('en', 'the', '--strategy', 'greedy');
    expect(await write('en', 'the', '--strategy', 'greedy', '--dry', '5:2:1')).not.toEqual(greedy);
    expect(await write('en', 'the', '--mirostat', '0.001:0.1:2')).toEqual(greedy);
    expect(await write('en', 'the', '--top-n-sigma', '0.0001', '--processor-preset', 'llama.cpp')).toEqual(
      greedy,
    );
    const args = ['generate', 'en', '--mirostat', '5', '--top-k', '3', '--xtc', '2'];
    const { status, err } = await inkstone(args, { cwd });
    expect(status).not.toBe(0);
    expect(err).toContain('xtc.probability: must be in [0, 1], got 2');
    expect(err).toContain('mirostat and topK: must not be given together');
  });

  test('-n texts: the first is the one that is written alone', async () => {
    const three = await write('en', 'the', '--n', '3', '--max-tokens', '8');
    expect(three).toHaveLength(3);
    expect(new Set(three).size).toBe(3);
    expect(await write('en', 'the', '--max-tokens', '8')).toEqual([three[0]]);
    const { out } = await run('generate', 'en', '--prompt', 'the', '--n', '3', '--max-tokens', '8');
    for (const text of three) expect(out).toContain(`${text}\n`);
  });

  test('ends before the stop text, which is named', async () => {
    const [text] = await write('en', 'the', '--strategy', 'greedy');
    const stop = text.slice(6, 9);
    const { json } = await run(
      'generate',
      'en',
      '--prompt',
      'the',
      '--strategy',
      'greedy',
      '--stop',
      stop,
      '--json',
    );
    expect(json.at(-1)).toMatchObject({ reason: 'stop', stop, text: text.slice(0, text.indexOf(stop, 3)) });
  });

  test('without a prompt it begins a text of its own', async () => {
    const [text] = await write('zh', '');
    expect(HAN.test(text)).toBe(true);
  });

  test.each([
    [
      ['--strategy', 'greedy', '--top-p', '0.9'],
      '--strategy greedy and --top-p',
      '--strategy greedy 与 --top-p',
    ],
    [
      ['--strategy', 'greedy', '--temperature', '0.7', '--top-k', '4'],
      '--strategy greedy and --temperature and --top-k',
      '--strategy greedy 与 --temperature 与 --top-k',
    ],
    [['--temperature', '0', '--min-p', '0.1'], '--temperature 0 and --min-p', '--temperature 0 与 --min-p'],
  ])('an option that would be ignored is refused: %j', async (options, en, zh) => {
    const refused = await run('generate', 'en', ...options);
    expect({ status: refused.status, out: refused.out }).toEqual({ status: 2, out: '' });
    expect(refused.err).toBe(
      `generate: ${en} cannot come together: greedy always takes the likeliest token; leave one out\n`,
    );
    const { err } = await inkstone(['generate', 'en', ...options], { cwd, lang: 'zh' });
    expect(err).toBe(`generate：${zh} 不能同时给出：贪心总取概率最高的词元；请去掉其一\n`);
  });

  test('Ctrl-C ends a text where it stands', async () => {
    const argv = ['generate', 'en', '--prompt', 'the', '--json'];
    let pieces = 0;
    const { status, json } = await inkstone(argv, {
      cwd,
      onJson: () => void (++pieces === 2 && process.emit('SIGINT', 'SIGINT')),
    });
    expect(status).toBe(130);
    expect(json.at(-1)).toMatchObject({ type: 'finish', reason: 'aborted' });
  });
});

describe('tokenizer', () => {
  test('train, encode, decode and stats fit together, in both languages', async () => {
    writeFileSync(join(cwd, 'mixed.txt'), `${chineseTexts(40).join('\n')}\nthe whale and the sea\n`);
    const trained = await run('tokenizer', 'train', '--data', 'mixed.txt', '--vocab-size', '320', '--json');
    expect(trained.json).toEqual([{ file: 'tokenizer.json', vocabSize: 320 }]);
    for (const text of ['春风 the whale 😀', '月']) {
      const encoded = await run('tokenizer', 'encode', 'tokenizer.json', '--text', text, '--json');
      const ids = encoded.json[0].ids as number[];
      const decoded = await run('tokenizer', 'decode', 'tokenizer.json', '--text', ids.join(' '), '--json');
      expect(decoded.json).toEqual([{ text }]);
    }
    const shown = await run('tokenizer', 'encode', '--text', '😀');
    expect(shown.out).toMatch(/^[\d ]+\n<[0-9a-f]+>/);
    const stats = await run('tokenizer', 'stats', '--data', 'mixed.txt', '--json');
    expect(stats.json).toHaveLength(1);
    expect((await run('tokenizer', 'stats', '--text', '春风')).status).toBe(0);
  });

  test('every kind is trained, extended and compared', async () => {
    writeFileSync(join(cwd, 'mixed.txt'), `${chineseTexts(40).join('\n')}\nthe whale and the sea\n`);
    const common = ['--data', 'mixed.txt', '--json'];
    for (const kind of ['bpe', 'unigram', 'wordpiece']) {
      const argv = ['--kind', kind, '--vocab-size', '400', '--out', `${kind}.json`];
      const trained = await run('tokenizer', 'train', ...common, ...argv);
      expect(trained.json[0].file).toBe(`${kind}.json`);
      const size = trained.json[0].vocabSize as number;
      const more = ['--vocab-size', String(size + 10), '--min-frequency', '1', '--out', `${kind}-more.json`];
      const extended = await run('tokenizer', 'extend', `${kind}.json`, ...common, ...more);
      const [{ added }] = extended.json as { added: { id: number; from: number[] }[] }[];
      for (const [i, { id, from }] of added.entries()) {
        expect(id).toBe(size + i);
        expect(Math.max(...from)).toBeLessThan(size);
      }
    }
    const compared = await run(
      'tokenizer',
      'compare',
      'bpe.json',
      'unigram.json',
      'wordpiece.json',
      ...common,
    );
    expect(compared.json.map(({ kind }) => kind)).toEqual(['BPE', 'Unigram', 'WordPiece']);
    const shown = await run('tokenizer', 'compare', 'wordpiece.json', '--text', 'whale 🐳');
    expect(shown.out).toMatch(/wordpiece\.json: 1 unknown tokens/);
    for (const [argv, hint] of [
      [['extend', 'bpe.json', '--data', 'mixed.txt'], '--out'],
      [['extend'], 'file'],
      [['compare', '--text', 'a'], 'file'],
      [['train', '--kind', 'wordpiece', '--pattern', 'gpt2', '--data', 'mixed.txt'], '--pattern'],
      [['train', '--pattern', 'metaspace', '--data', 'mixed.txt'], '--kind'],
    ] as const) {
      const { status, err } = await run('tokenizer', ...argv);
      expect(status).toBe(2);
      expect(err).toContain(hint);
    }
  });

  test('--out, special tokens and the pattern are kept in the file', async () => {
    const argv = ['tokenizer', 'train', '--data', 'en.txt', '--vocab-size', '270', '--out', 'small.json'];
    const { status, out } = await run(...argv, '--special', '<|a|>,<|b|>', '--pattern', 'gpt2');
    expect(status).toBe(0);
    expect(out).toBe('small.json: 270 tokens\n');
    const { added_tokens } = JSON.parse(readFileSync(join(cwd, 'small.json'), 'utf8'));
    expect(added_tokens.map(({ content }: { content: string }) => content)).toEqual(['<|a|>', '<|b|>']);
  });
});

describe('repeat measure', () => {
  test('a small file: the table for people, the figures for machines', async () => {
    writeFileSync(
      join(cwd, 'loops.txt'),
      `${'the old sea '.repeat(5)}\nthe sea is wide and the wind is cold\n`,
    );
    writeFileSync(join(cwd, 'loops-zh.txt'), `${'春风月'.repeat(5)}\n床前明月光，疑是地上霜。\n`);
    const { json } = await run('repeat', 'measure', 'loops.txt', 'loops-zh.txt', '--json');
    expect(json.map(({ name }) => name)).toEqual(['loops.txt', 'loops-zh.txt']);
    for (const report of json) expect(report).toMatchObject({ texts: 2, loops: { count: 1, share: 0.5 } });
    for (const [lang, label] of [
      ['en', 'texts ending in a loop'],
      ['zh', '以循环结尾的篇数'],
    ] as const) {
      const { out } = await inkstone(['repeat', 'measure', 'loops.txt', 'loops-zh.txt'], { cwd, lang });
      expect(out).toMatch(new RegExp(`${label} +1 \\(50\\.0 %\\) +1 \\(50\\.0 %\\)`));
    }
  });

  test('the unit can be chosen', async () => {
    const words = await run('repeat', 'measure', 'loops.txt', '--unit', 'words', '--json');
    const characters = await run('repeat', 'measure', 'loops.txt', '--unit', 'characters', '--json');
    expect(characters.json[0].meanLength).toBeGreaterThan(words.json[0].meanLength as number);
  });

  const published = join(import.meta.dirname, '../../shared/data/repetition');
  // Skipped where the published generations are not at hand.
  test.skipIf(!existsSync(published)).each([
    ['greedy', 5.38],
    ['contrastive', 92.54],
    ['nucleus', 93.6],
  ])('the published %s generations have diversity %d', async (name, diversity) => {
    const { json } = await run('repeat', 'measure', join(published, `gpt2-large.${name}.json`), '--json');
    const { official } = json[0] as { official: { diversity: number } } & (typeof json)[0];
    expect(Number(official.diversity.toFixed(2))).toBe(diversity);
  });
});
