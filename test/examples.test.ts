/** Examples are programs: each runs as a user would run it, and says what its text promises. */

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLanguageModel, init, preset } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import { createLocalModel, type LocalModel, type RunningServer, startServer } from '../src/serve/index.ts';
import { trainCharacters } from '../src/text/index.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

const expected: Readonly<Record<string, RegExp>> = {
  '01-train-and-write.ts':
    /春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。\n千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。/,
  '02-measure-repetition.ts':
    /words: rep-4 [4-9]\d\.\d %.*loops 1\ncharacters: rep-4 0\.0 %.*loops 0\nthe last 14 words/,
  '03-greedy-beam-exhaustive.ts':
    /greedy +8\.7 % +the old moon rises slowly\nbeam 2 +19\.8 % +the moon rises slowly\nexhaustive +19\.8 % +the moon rises slowly/,
  '04-serve.ts': /streamed in \d+ pieces\nJSON by schema: [春夏秋冬], [89]\d days/,
  '05-repetition-lab.ts':
    /greedy: diversity 0\.\d %, 100 % stuck\n.*sample: diversity 9\d\.\d %, 0 % stuck\n.*because: always taking the likeliest token\nDecode with .*\n用 .* 解码.*\none page with plots, 6 of them/s,
  '06-openai-client.ts': /.\nsky \{\s*"when"\s*:\s*"[春秋]"\s*\}\n\{\s*"when"\s*:\s*"[春秋]"\s*\}\n$/s,
  '07-adapter.ts':
    /the base: 白日依山尽，黄\nwith an adapter of 9\.0 % of its numbers: 白日放歌须纵酒\nand without it: 白日依山尽，黄/,
  '09-boltzmann-machine.ts':
    /passes: 1, .* -[67]\.\d+ nats\npasses: 600, .* -[34]\.\d+ nats\nof 100 dreams, [2-9]\d are .*\n.*: (1 1 1 1 0 0 0 0|0 0 0 0 1 1 1 1)/,
  '10-meta-learning.ts':
    /0 steps on a new language: 2\.\d+ nats, from all at once 2\.\d+\n1 steps .*: [01]\.\d+ nats, from all at once [12]\.[2-9]\d*\n5 steps/,
  '08-search.ts': /when did whales surface\? → The whale surfaced.*捕鲸船的木桶 → 捕鲸船上.*nDCG@3: 1\.000/s,
};

const examples = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.ts'));

test('every example has its promise here', () => {
  expect(Object.keys(expected).sort()).toEqual(examples.sort());
});

/** Examples that talk to a server which runs already, and what they are told of it. */
const clients = ['06-openai-client.ts'];

test('a client of OpenAI is 20 lines of code', () => {
  const lines = readFileSync(join(root, 'examples', clients[0]), 'utf8').split('\n');
  expect(lines.filter((line) => line !== '' && !/^(\/| \*)/.test(line)).length).toBeLessThanOrEqual(20);
});

let server: RunningServer;
let model: LocalModel;
beforeAll(async () => {
  model = nonsense();
  server = await startServer({ models: [model], keys: ['a-key'] });
});
afterAll(async () => {
  await server.close();
  model.close();
});

/** A model of random weights. */
function nonsense(): LocalModel {
  const letters = 'abcdefghijklmnopqrstuvwxyz 0123456789{}[]<>_/",:\n春夏秋冬';
  const tokenizer = trainCharacters([letters], { specialTokens: ['<|endoftext|>'] });
  const config = preset('nano', { vocabSize: tokenizer.vocabSize, contextLength: 512 });
  const language = createLanguageModel(init(config, createRng(1)), config);
  return createLocalModel({ id: 'nano', model: language, tokenizer, prefixIds: [tokenizer.eosId!] });
}

test.each(examples)('%s', { timeout: 120_000 }, async (name) => {
  const told = clients.includes(name) ? [`${server.url}/v1`, 'a-key'] : [];
  const words = ['--import', 'tsx', join(root, 'examples', name), ...told];
  const { stdout } = await run(process.execPath, words, { cwd: root });
  expect(stdout).toMatch(expected[name]);
});
