/**
 * Programs of others against the server: `lm_eval` (lm-evaluation-harness) scores its model, `schemathesis` tries what its
 * OpenAPI document allows. Both are looked for in the PATH (`pip install lm_eval[api] schemathesis`).
 */

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionModel } from '../src/decode/index.ts';
import { createLocalModel, type LocalModel, type RunningServer, startServer } from '../src/serve/index.ts';
import { doubleTokenizer } from './fixtures/double-tokenizer.ts';

const run = promisify(execFile);
const tokenizer = doubleTokenizer();
const { vocabSize, eosId } = tokenizer;

function has(program: string): boolean {
  try {
    execFileSync(program, ['--help'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let folder: string;
let model: LocalModel;
let server: RunningServer;
const faults: unknown[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'inkstone-peers-'));
  model = createLocalModel({
    id: 'letters',
    tokenizer,
    prefixIds: [eosId!],
    model: functionModel({
      vocabSize,
      contextLength: 128,
      // The alphabet, round and round.
      logits: (ids) =>
        Float32Array.from({ length: vocabSize }, (_, id) => (id === (ids.at(-1)! + 1) % vocabSize ? 9 : 0)),
      hidden: (ids) => [ids.at(-1)!, 1],
    }),
  });
  server = await startServer({ models: [model], onFault: (error) => void faults.push(error) });
});
afterAll(async () => {
  await server.close({ graceMs: 100 });
  model.close();
  rmSync(folder, { recursive: true, force: true });
});

const harness = has('lm_eval') ? test : test.skip;
harness('lm_eval (skipped: needs lm_eval in the PATH) scores it', { timeout: 600_000 }, async () => {
  const at = (name: string) => join(folder, name);
  // Three answers that the model likes best, and one that it does not.
  const rows = [
    { question: 'abc', choices: ['def', 'xyz'], answer: 0 },
    { question: 'lmn', choices: ['aaa', 'opq'], answer: 1 },
    { question: 'u', choices: ['vw', 'uu', 'ab'], answer: 0 },
    { question: 'ghi', choices: ['jkl', 'zzz'], answer: 1 },
  ];
  writeFileSync(at('rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  writeFileSync(
    at('alphabet.yaml'),
    [
      'task: alphabet',
      'dataset_path: json',
      `dataset_kwargs: { data_files: { test: ${JSON.stringify(at('rows.jsonl'))} } }`,
      'test_split: test',
      'output_type: multiple_choice',
      "doc_to_text: '{{question}}'",
      'doc_to_choice: choices',
      'doc_to_target: answer',
      "target_delimiter: ''",
      'metric_list: [{ metric: acc }]',
      '',
    ].join('\n'),
  );
  const options = {
    model: 'letters',
    base_url: `${server.url}/v1/completions`,
    // Ours, by vLLM's routes.
    tokenizer_backend: 'remote',
    num_concurrent: 2,
    max_length: 127,
  };
  const modelArgs = Object.entries(options).map(([key, value]) => `${key}=${value}`);
  await run(
    'lm_eval',
    [
      ...['--model', 'local-completions', '--model_args', modelArgs.join(',')],
      ...['--tasks', 'alphabet', '--include_path', folder, '--output_path', at('scores')],
    ],
    { env: { ...process.env, HF_HUB_OFFLINE: '1', HF_HOME: at('cache') } },
  );
  const file = readdirSync(at('scores'), { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('.json'),
  );
  const { results } = JSON.parse(readFileSync(join(at('scores'), file!), 'utf8'));
  expect(results.alphabet['acc,none']).toBe(0.75);
});

const tried = has('schemathesis') ? test : test.skip;
tried(
  'schemathesis (skipped: needs schemathesis in the PATH) finds no 5xx',
  { timeout: 600_000 },
  async () => {
    const { stdout } = await run(
      'schemathesis',
      [
        ...['run', `${server.url}/openapi.json`, '--checks', 'not_a_server_error', '--max-examples', '20'],
        ...['--suppress-health-check', 'all', '--seed', '1', '--no-color'],
      ],
      { cwd: folder, maxBuffer: 1 << 26 },
    ).catch((error) => ({ stdout: `${error.stdout}\n${error.stderr}` }));
    expect(faults).toEqual([]);
    expect(stdout).toMatch(/No issues found/);
  },
);
