/** `inkstone pack` and `unpack`: any text comes back to the byte, with a trained model and with one that counts. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { openModel, requireDecoder } from '../src/cli/models.ts';
import { scoreDocuments } from '../src/eval/index.ts';
import { createLanguageModel } from '../src/models/index.ts';
import { englishText, HAN, inkstone, scratchFolder, tiny, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });
const bytesOf = (name: string): Buffer => readFileSync(join(cwd, name));

/** A mark at the beginning, line ends of two kinds, letters that no model here has seen, and none at the end. */
const HARD = `\ufeff${englishText(12, 5)}\r\n山中有水 𠮷 e\u0301 \0 \u{10ffff}\t`;

beforeAll(async () => {
  writeTexts(cwd);
  writeFileSync(join(cwd, 'hard.txt'), HARD);
  writeFileSync(join(cwd, 'empty.txt'), '');
  writeFileSync(join(cwd, 'latin1.txt'), Buffer.from([0x63, 0x61, 0x66, 0xe9]));
  const train = (out: string, ...more: string[]) =>
    run('train', '--data', 'en.txt', ...tiny, '--steps', '30', '--lr', '0.01', '--out', out, ...more);
  await train('one');
  await train('two', '--seed', '3');
}, 120_000);

describe('pack and unpack', () => {
  test.each(['hard.txt', 'empty.txt', 'en.txt'])('%s comes back to the byte', async (file) => {
    for (const by of [
      ['--model', 'one'],
      ['--ngram', 'en.txt'],
      ['--model', 'one', '--lanes', '5'],
    ]) {
      const packed = await run('pack', file, ...by, '--out', 'x.ink', '--json');
      expect({ status: packed.status, err: packed.err }).toEqual({ status: 0, err: '' });
      expect(packed.json[0]).toMatchObject({
        type: 'packed',
        out: 'x.ink',
        packedBytes: bytesOf('x.ink').length,
      });
      const again = by.slice(0, 2);
      const unpacked = await run('unpack', 'x.ink', ...again, '--out', 'back.txt', '--json');
      expect(unpacked.json[0]).toMatchObject({ type: 'unpacked', textBytes: bytesOf(file).length });
      expect(bytesOf('back.txt').equals(bytesOf(file))).toBe(true);
    }
  });

  test('the size is what the model needs: within 0.1 % and a header, and what reading the text costs it', async () => {
    writeFileSync(join(cwd, 'long.txt'), englishText(60, 9));
    const { json } = await run('pack', 'long.txt', '--model', 'one', '--lanes', '1', '--json');
    const figures = json[0] as unknown as { codeBytes: number; modelBits: number; packedBytes: number };
    expect(8 * figures.codeBytes).toBeLessThan(1.001 * figures.modelBits + 16);
    expect(figures.packedBytes - figures.codeBytes).toBeLessThan(200);
    const { config, tokenizer, prefixIds, params } = requireDecoder(
      'test',
      await openModel(join(cwd, 'one')),
    );
    const model = createLanguageModel(await params(), config);
    const [score] = await scoreDocuments(model, tokenizer, [englishText(60, 9)], { prefixIds });
    // Its windows slide a little otherwise.
    expect(Math.abs(figures.modelBits / score.bits - 1)).toBeLessThan(0.02);
  });

  test('in words: the tokens, and the sizes beside those of gzip and Brotli', async () => {
    const english = await run('pack', 'hard.txt', '--ngram', 'en.txt');
    expect(english.out).toMatch(/^hard\.txt\.ink: \d+ tokens in 1 lane\n/);
    expect(english.out).toMatch(/bits a byte\n {2}the text +\d+ +8\.0000\n {2}packed +\d+ +\d\.\d{4}\n/);
    expect(english.out).toMatch(/the model's own surprise .*\n {2}gzip -9 .*\n {2}brotli 11 /);
    expect(HAN.test(english.out)).toBe(false);
    const chinese = await inkstone(['pack', 'hard.txt', '--ngram', 'en.txt'], { cwd, lang: 'zh' });
    expect(chinese.out).toContain('模型自身的信息量');
    expect(() => brotliDecompressSync(bytesOf('hard.txt.ink'))).toThrow();
  });

  test('without --out the name loses its .ink, unless something lies there', async () => {
    await run('pack', 'en.txt', '--ngram', 'en.txt', '--out', 'fresh.txt.ink');
    expect((await run('unpack', 'fresh.txt.ink', '--ngram', 'en.txt')).out).toContain('fresh.txt: ');
    expect(bytesOf('fresh.txt').equals(bytesOf('en.txt'))).toBe(true);
    const { status, err } = await run('unpack', 'fresh.txt.ink', '--ngram', 'en.txt');
    expect({ status, err }).toEqual({
      status: 2,
      err: 'unpack: fresh.txt is there already; say with --out where the text goes\n',
    });
  });
});

describe('what is refused', () => {
  beforeAll(async () => {
    await run('pack', 'en.txt', '--model', 'one', '--out', 'one.ink');
    const whole = bytesOf('one.ink');
    writeFileSync(join(cwd, 'cut.ink'), whole.subarray(0, 60));
    const changed = Buffer.from(whole);
    changed[whole.length - 20] ^= 1;
    writeFileSync(join(cwd, 'changed.ink'), changed);
  });

  test.each([
    [
      'unpack one.ink --model two --out y',
      /one\.ink: was packed with the weights and tokenizer of "one", which those of two are not/,
    ],
    ['unpack one.ink --ngram en.txt --out y', /of "one", which those of 5-gram en\.txt are not/],
    ['unpack cut.ink --model one --out y', /cut\.ink: the packed text is cut off/],
    ['unpack changed.ink --model one --out y', /changed\.ink: the packed text was changed/],
    ['unpack en.txt --model one --out y', /en\.txt: is no packed text/],
    ['unpack en.txt --model one', /en\.txt does not end in \.ink/],
    ['unpack none.ink --model one', /none\.ink: no such file/],
    ['pack latin1.txt --model one', /latin1\.txt: not UTF-8 at byte 3/],
    ['pack none.txt --model one', /none\.txt: no such file/],
    ['pack en.txt', /needs a model; name a run with --model/],
    ['pack en.txt --model one --ngram en.txt', /--model and --ngram cannot come together/],
    ['pack en.txt --model nowhere', /nowhere: no model is there/],
    ['pack en.txt --model one --lanes 0', /from 1 to 256, got "0"/],
    ['pack', /<file> is missing/],
  ])('inkstone %s', async (line, message) => {
    const { status, err } = await run(...line.split(' '));
    expect({ status, err }).toMatchObject({ status: 2, err: expect.stringMatching(message) });
    const zh = await inkstone(line.split(' '), { cwd, lang: 'zh' });
    expect(HAN.test(zh.err)).toBe(true);
  });
});
