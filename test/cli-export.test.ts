/** `inkstone export`, and the models it writes opened again: by every command that opens a run. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openGguf, readSafetensors } from '../src/io/index.ts';
import { init, preset, saveDecoder } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import { loadTokenizer, type SavableTokenizer, saveTokenizer, trainCharacters } from '../src/text/index.ts';
import { chineseTexts, HAN, inkstone, scratchFolder, writeTexts } from './cli-harness.ts';

const cwd = scratchFolder();
const run = (...argv: string[]) => inkstone(argv, { cwd });

const sizes = '--layers 1 --width 32 --heads 2 --context-length 32 --steps 6 --lr 0.01 --json'.split(' ');
beforeAll(async () => {
  writeTexts(cwd);
  await run('train', '--data', 'en.txt', ...sizes, '--vocab-size', '300', '--out', 'en');
  await run('train', '--data', 'zh.jsonl', ...sizes, '--vocab-size', '300', '--out', 'zh');
});

/** A folder with a model that nobody trained, of the GPT-2 class. */
async function untrained(folder: string, tokenizer: SavableTokenizer): Promise<void> {
  const config = preset('nano', { vocabSize: tokenizer.vocabSize });
  await saveDecoder(join(cwd, folder), { config, params: init(config, createRng(5), { std: 0.2 }) });
  writeFileSync(join(cwd, folder, 'tokenizer.json'), saveTokenizer(tokenizer));
}

async function exported(
  model: string,
  ...options: string[]
): Promise<{ out: string; bytes: number; err: string }> {
  const { status, json, err } = await run('export', model, '--json', ...options);
  expect({ status, err: status ? err : '' }).toEqual({ status: 0, err: '' });
  return { ...(json.at(-1) as unknown as { out: string; bytes: number }), err };
}

async function greedy(model: string, prompt: string): Promise<unknown> {
  const options = ['--strategy', 'greedy', '--max-tokens', '12', '--json'];
  const { status, json, err } = await run('generate', model, '--prompt', prompt, ...options);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  return json.at(-1)!.text;
}

describe.each([
  ['en', 'the whale'],
  ['zh', '春风'],
])('a run in its own language (%s)', (folder, prompt) => {
  test.each(['gguf', 'hf'])(
    'writes the same from what is exported as %s, and from that exported again',
    async (format) => {
      const text = await greedy(folder, prompt);
      const { out } = await exported(folder, '--format', format);
      expect(out).toBe(format === 'gguf' ? `${folder}.gguf` : `${folder}-hf`);
      expect(await greedy(out, prompt)).toBe(text);
      const again = format === 'gguf' ? `${folder}-again-hf` : `${folder}-again.gguf`;
      await exported(out, '--format', format === 'gguf' ? 'hf' : 'gguf', '--out', again);
      expect(await greedy(again, prompt)).toBe(text);
    },
  );
});

test('GGUF: smaller types are smaller files, with the tokenizer in each', async () => {
  const bytes = [];
  for (const type of ['f32', 'f16', 'q8_0', 'q4_0']) {
    bytes.push((await exported('zh', '--type', type, '--out', `${type}.gguf`)).bytes);
    const { metadata, close } = await openGguf(join(cwd, `${type}.gguf`));
    await close();
    expect(metadata.get('tokenizer.ggml.model')?.value).toBe('gpt2');
    expect(metadata.get('tokenizer.ggml.add_bos_token')?.value).toBe(true);
    expect(metadata.get('general.name')?.value).toBe('zh');
    expect(typeof (await greedy(`${type}.gguf`, '春'))).toBe('string');
  }
  expect(bytes.toSorted((a, b) => b - a)).toEqual(bytes);
});

test('a Hugging Face folder says the type of its weights and puts the first token before a text', async () => {
  await exported('zh', '--format', 'hf', '--type', 'bf16', '--out', 'half');
  const { tensors } = await readSafetensors(join(cwd, 'half/model.safetensors'));
  expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['bf16']));
  const read = (name: string) => JSON.parse(readFileSync(join(cwd, 'half', name), 'utf8'));
  expect(read('config.json')).toMatchObject({ model_type: 'qwen3', dtype: 'bfloat16', bos_token_id: 0 });
  expect(read('tokenizer.json').post_processor.single[0]).toEqual({
    SpecialToken: { id: '<|endoftext|>', type_id: 0 },
  });
  expect(read('tokenizer_config.json')).toMatchObject({ eos_token: '<|endoftext|>' });
});

test('ONNX: with a cache or without', async () => {
  const { bytes } = await exported('en', '--format', 'onnx');
  expect(
    (await exported('en', '--format', 'onnx', '--type', 'f16', '--cache', '--out', 'half.onnx')).bytes,
  ).toBeLessThan(0.7 * bytes);
  expect(existsSync(join(cwd, 'en.onnx'))).toBe(true);
});

test("GPT-2's class: what the format rounds is said; inspect and tune open the file, tune with --data", async () => {
  await untrained('old', loadTokenizer(readFileSync(join(cwd, 'en/tokenizer.json'), 'utf8')));
  const { err } = await exported('old', '--out', 'old.gguf');
  expect(err).toMatch(/tanh form of GELU/);
  const look = await run('inspect', 'old.gguf', '--text', 'the whale', '--json');
  expect(look.json.at(-1)).toMatchObject({ type: 'inspect', what: 'tokens' });
  const blind = await run('tune', 'decoding', 'old.gguf', '--budget', '1');
  expect(blind.err).toMatch(
    /old.gguf: what this model learned from is not known here; give text with --data/,
  );
  const tuned = await run(
    ...['tune', 'decoding', 'old.gguf', '--data', 'en.txt', '--budget', '1', '--prompts', '2'],
    ...['--prompt-tokens', '4', '--max-tokens', '8', '--json'],
  );
  expect({ status: tuned.status, err: tuned.err }).toEqual({ status: 0, err: '' });
  expect(existsSync(join(cwd, 'old.decoding.yaml'))).toBe(true);
});

test('characters go out under their own kind of vocabulary, and come in again', async () => {
  await untrained('characters', trainCharacters(chineseTexts(20), { specialTokens: ['<|endoftext|>'] }));
  const { out } = await exported('characters', '--out', 'c.gguf');
  expect(await greedy(out, '春')).toBe(await greedy('characters', '春'));
});

describe('what cannot be is said in both languages, and nothing is written', () => {
  test.each([
    [
      ['--format', 'hf', '--type', 'q8_0'],
      /--format hf and --type q8_0 cannot come together: it has f32, f16, bf16/,
    ],
    [['--format', 'onnx', '--type', 'bf16'], /it has f32, f16/],
    [['--cache'], /--format gguf and --cache cannot come together/],
    [['--format', 'ggml'], /--format must be one of gguf, hf, onnx, got "ggml"/],
    [
      ['--format', 'hf', '--out', 'en'],
      /en holds a config.json of something else, such as a run; choose another --out/,
    ],
  ])('%j', async (options, message) => {
    const before = readdirSync(cwd).sort();
    const english = await run('export', 'zh', ...options);
    expect(english.status).not.toBe(0);
    expect(english.err).toMatch(message);
    const chinese = await inkstone(['export', 'zh', ...options], { cwd, lang: 'zh' });
    expect(HAN.test(chinese.err)).toBe(true);
    expect(readdirSync(cwd).sort()).toEqual(before);
  });

  test('the model itself is not written over', async () => {
    await exported('zh', '--out', 'self.gguf');
    const before = readFileSync(join(cwd, 'self.gguf'));
    const { status, err } = await run('export', 'self.gguf', '--type', 'q8_0');
    expect(status).not.toBe(0);
    expect(err).toMatch(/self.gguf is the model itself and is not written over; choose another --out/);
    expect(readFileSync(join(cwd, 'self.gguf'))).toEqual(before);
  });

  test('files that are no models', async () => {
    writeFileSync(join(cwd, 'not.gguf'), 'GGUF, or so it says');
    expect((await run('generate', 'not.gguf')).err).toMatch(/GGUF: not.gguf has no valid header/);
    expect((await run('generate', 'gone.gguf')).err).toMatch(/gone.gguf: no such file/);
  });
});
