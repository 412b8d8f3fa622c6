/** `inkstone federate` from end to end: processes, a kill in the middle, resuming, and a run that other commands read. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { lessonOf, respondentOf } from '../src/cli/federated-lesson.ts';
import { tellFederated, tellMissing } from '../src/cli/federated-report.ts';
import { readClientTexts } from '../src/cli/federated-texts.ts';
import { type FederatedTraining, openFederated, roundsOf, trainBaseline } from '../src/cli/federating.ts';
import { trainingPreset } from '../src/cli/recipe.ts';
import { textsOfRun } from '../src/cli/run-texts.ts';
import { readWriterRun } from '../src/cli/runs.ts';
import { createTerminal } from '../src/cli/terminal.ts';
import { byteTokenizer } from '../src/cli/tokenizers.ts';
import { type FederatedEvent, localClient } from '../src/federated/index.ts';
import { setLanguage } from '../src/language.ts';
import { decoderConfig } from '../src/models/index.ts';
import { saveTokenizer } from '../src/text/index.ts';
import { readRun } from '../src/train/index.ts';
import { chineseTexts, englishText, HAN, inkstone, type JsonLine, scratchFolder } from './cli-harness.ts';

const cwd = scratchFolder();
const shape = [
  '--layers',
  '1',
  '--width',
  '8',
  '--heads',
  '2',
  '--context-length',
  '16',
  '--batch-size',
  '4',
];

/** Ann speaks English, Bo Chinese, and Cy hardly at all. */
beforeAll(() => {
  const ann = englishText(40).split('\n');
  const bo = chineseTexts(40);
  const scenes = ann.map((line, i) => `ANN:\n${line}\n\nBO:\n${bo[i]}\n`);
  writeFileSync(join(cwd, 'play.txt'), `The beginning.\n\n${scenes.join('\n')}\nCY:\nAs they said:\nwell.\n`);
  mkdirSync(join(cwd, 'letters'));
  writeFileSync(join(cwd, 'letters', 'ann.txt'), ann.join('\n'));
  writeFileSync(join(cwd, 'letters', 'bo.jsonl'), bo.map((text) => JSON.stringify({ text })).join('\n'));
  const records = bo.map((text, i) => JSON.stringify({ text, author: i % 3 ? 'li' : 'du' }));
  writeFileSync(join(cwd, 'poems.jsonl'), records.join('\n'));
});

afterEach(() => setLanguage(undefined));

const loading = { terminal: createTerminal({ json: true }), signal: new AbortController().signal };
const clientsOf = (source: string, by: string, clients: number, mixedSeed?: number) =>
  readClientTexts(join(cwd, source), loading, [], { by, clients, mixedSeed });

test('processes train together, one is killed, and the run goes on without it', async () => {
  let ann = 0;
  const kill = (line: JsonLine) => {
    if (line.type === 'client' && line.name === 'ANN') ann = line.pid as number;
    if (line.type === 'checkpoint') process.kill(ann, 'SIGKILL');
  };
  const argv = ['--clients', '2', '--min-clients', '1', '--rounds', '1', ...shape, '--secure', '--json'];
  const all = ['federate', '--data', join(cwd, 'play.txt'), ...argv, '--out', 'run'];
  const { status, err, json } = await inkstone(all, { cwd, onJson: kill });
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(json.find(({ type }) => type === 'round')).toMatchObject({
    step: 1,
    clients: ['ANN', 'BO'],
    missing: [],
  });
  expect(json.find(({ type }) => type === 'evaluation')).toMatchObject({
    clients: [{ client: 'BO' }],
    missing: [{ client: 'ANN', reason: 'lost', at: 'measure' }],
  });
  expect(json.at(-1)).toMatchObject({ type: 'finish', reason: 'done', step: 1, clients: [{ client: 'BO' }] });
  const saved = await readRun(join(cwd, 'run'));
  expect(saved.place!.step).toBe(1);
  const texts = await textsOfRun(
    { path: 'run', run: await readWriterRun(join(cwd, 'run')) },
    { ...loading, data: undefined },
  );
  expect(texts.heldOut).toEqual(
    (await clientsOf('play.txt', 'speaker', 2)).clients.map(({ heldOut }) => heldOut[0].text),
  );
});

test('whose text is whose: speakers, files, fields; mixed, the same text in other hands', async () => {
  const play = await clientsOf('play.txt', 'speaker', 3);
  expect(play.clients.map(({ name }) => name)).toEqual(['ANN', 'BO', 'CY']);
  const [ann, bo, cy] = play.clients.map(({ train, heldOut }) => ({
    train: train[0].text,
    heldOut: heldOut[0].text,
  }));
  expect(HAN.test(bo.train)).toBe(true);
  expect(ann.train).toMatch(/^ANN:\n[a-z .]+\n\nANN:/);
  expect(HAN.test(ann.train + ann.heldOut)).toBe(false);
  // "As they said:" begins no speech: no empty line is before it.
  expect(`${cy.train}${cy.heldOut}`).toBe('CY:\nAs they said:\nwell.');
  expect(ann.heldOut.length / (ann.heldOut.length + ann.train.length)).toBeCloseTo(0.1, 1);

  const mixed = await clientsOf('play.txt', 'speaker', 2, 3);
  const speeches = ({ clients }: typeof mixed, side: 'train' | 'heldOut') =>
    clients.flatMap((client) => client[side].flatMap(({ text }) => text.split('\n\n'))).sort();
  const apart = await clientsOf('play.txt', 'speaker', 2);
  for (const side of ['train', 'heldOut'] as const)
    expect(speeches(mixed, side)).toEqual(speeches(apart, side));
  expect(mixed.clients.every(({ train }) => HAN.test(train[0].text) && train[0].text.includes('whale'))).toBe(
    true,
  );

  expect((await clientsOf('letters', 'file', 2)).clients.map(({ name }) => name)).toEqual([
    'ann.txt',
    'bo.jsonl',
  ]);
  const poets = await clientsOf('poems.jsonl', 'field:author', 2);
  expect(poets.clients.map(({ name, train }) => [name, train.length])).toEqual([
    ['li', 23],
    ['du', 12],
  ]);
});

test('a name may not steer the terminal', async () => {
  writeFileSync(
    join(cwd, 'steering.txt'),
    '\u001b[2JEVE\u0007 :\nOne.\n\nEVE\t:\nTwo.\n\nDAN:\nThree, and more.',
  );
  const { clients } = await clientsOf('steering.txt', 'speaker', 3);
  expect(clients.map(({ name }) => name)).toEqual(['DAN', '[2JEVE', 'EVE']);
});

const tiny = { contextLength: 16, width: 8, layers: 1, heads: 2 };

/** The same training with its clients in this process. */
async function trainingOf(folder: string, signal: AbortSignal = loading.signal): Promise<FederatedTraining> {
  const { clients: texts } = await clientsOf('play.txt', 'speaker', 2);
  const tokenizer = await byteTokenizer();
  const config = decoderConfig({ ...tiny, vocabSize: tokenizer.vocabSize });
  const recipe = { ...trainingPreset('shakespeare-cpu').recipe, batchSize: 4, warmupSteps: 2 };
  const length = { steps: 2 };
  const local = { config, recipe, seed: 1, length, optimizer: 'adamw', isFullBatch: false } as const;
  const begin = { settings: local, tokenizer: saveTokenizer(tokenizer) };
  const clients = await Promise.all(
    texts.map(async (own) => {
      const { size, respondent } = await respondentOf({ ...begin, texts: own });
      return localClient(own.name, size, respondent);
    }),
  );
  const server = { serverOptimizer: 'adam', serverLr: 0.01 } as const;
  const rest = { localSteps: 2, localOptimizer: 'adamw', fedsgd: false, secure: true, dropOut: 0 } as const;
  return {
    ...{
      folder: join(cwd, folder),
      source: join(cwd, 'play.txt'),
      texts,
      tokenizer,
      local,
      rounds: 2,
      clients,
    },
    tokenizerMade: { vocabSize: tokenizer.vocabSize },
    federated: { by: 'speaker', clients: 2, share: 1, ...server, ...rest },
    conduct: { deadlineMs: 60_000 },
    signal,
  };
}

async function through(training: FederatedTraining, watch: (event: FederatedEvent) => void = () => {}) {
  const { run, events } = await openFederated(training);
  const seen: FederatedEvent[] = [];
  for await (const event of events()) {
    seen.push(event);
    watch(event);
  }
  await run.close();
  return { seen, weights: await (await readRun(run.folder)).weights(), kept: await roundsOf(run) };
}

test('FedSGD: every token is learned once a round, however it is cut into batches', async () => {
  const { local, texts, tokenizer } = await trainingOf('batches');
  const meanOf = async (batchSize: number) => {
    const settings = { ...local, recipe: { ...local.recipe, batchSize }, isFullBatch: true };
    const { params, loss, batch, batchesPerEpoch } = await lessonOf(texts[1], tokenizer, settings);
    const losses = Array.from({ length: batchesPerEpoch }, (_, i) => loss(params, batch(i)).item());
    return losses.reduce((sum, one) => sum + one, 0) / batchesPerEpoch;
  };
  // The last of few large batches is ragged otherwise than that of many small ones.
  const [large, small] = [await meanOf(64), await meanOf(7)];
  expect(large).toBeGreaterThan(1);
  expect(small).toBeCloseTo(large, 5);
});

test('a run that was stopped goes on to the same numbers, and is told beside training in one place', async () => {
  const whole = await through(await trainingOf('whole'));
  const controller = new AbortController();
  const cut = await through(await trainingOf('cut', controller.signal), ({ type, step }) => {
    if (type === 'checkpoint' && step === 1) controller.abort();
  });
  expect(cut.seen.at(-1)).toMatchObject({ type: 'finish', reason: 'aborted', step: 1 });
  const training = await trainingOf('cut');
  const rest = await through(training);
  expect(rest.weights).toEqual(whole.weights);
  expect([...rest.kept.heldOut.keys()]).toEqual([2]);
  expect(rest.kept.heldOut.get(2)).toBe(whole.kept.heldOut.get(2));

  const baselines = await Promise.all(
    (['central', 'alone'] as const).map((name) => trainBaseline(name, training, () => {})),
  );
  expect(baselines.map(({ steps, heldOut }) => [steps, [...heldOut.keys()]])).toEqual([
    [8, [1, 2]],
    [4, [1, 2]],
  ]);
  const last = rest.seen.at(-2) as Extract<FederatedEvent, { type: 'evaluation' }>;
  for (const [lang, head] of [
    ['en', /^round +federated +in one place +alone$/m],
    ['zh', /^轮 +联邦训练 +集中训练 +单独训练$/m],
  ] as const) {
    setLanguage(lang);
    let out = '';
    const terminal = createTerminal({ out: { write: (text: string) => (out += text) } });
    const missing = [{ client: 'ANN', reason: 'deadline', at: 'learn' } as const];
    tellMissing(2, missing, terminal);
    await tellFederated(training, last, baselines, terminal);
    expect(out).toMatch(head);
    expect(out).toMatch(/^BO +\d\.\d{4} +\d\.\d{4} +\d\.\d{4}$/m);
    expect(out).toContain(last.heldOutLoss.toFixed(4));
    expect(out.split('\n').filter((line) => HAN.test(line)).length > 4).toBe(lang === 'zh');
  }
});

test('bad input is refused before any process starts', async () => {
  const refused: [string[], string][] = [
    [[], '--data needs a value'],
    [['--data', 'play.txt', '--by', 'person'], '--by must be speaker, file or field:NAME, got "person"'],
    [['--data', 'play.txt', '--clients', '9'], 'has 3 clients by speaker, 9 are asked for'],
    [
      ['--data', 'play.txt', '--fedsgd', '--local-steps', '3'],
      '--fedsgd and --local-steps cannot come together',
    ],
    [['--data', 'play.txt', '--local-steps', '3', '--local-epochs', '2'], '--local-steps and --local-epochs'],
    [['--data', 'poems.jsonl', '--by', 'field:poet'], 'poet'],
    [
      ['--data', 'play.txt', '--share', '0.5', '--min-clients', '3'],
      '--min-clients must be at most 2, as many',
    ],
    [
      ['--data', 'play.txt', '--share', '0.2', '--secure'],
      '--clients must be so many that a round asks at least 2',
    ],
  ];
  for (const [argv, words] of refused) {
    const { status, err } = await inkstone(['federate', ...argv, ...shape], { cwd });
    expect({ argv, status, err }).toEqual({ argv, status: 2, err: expect.stringContaining(words) });
  }
  const few = ['federate', '--data', 'play.txt', '--clients', '9', ...shape];
  expect((await inkstone(few, { cwd, lang: 'zh' })).err).toContain('只有 3 个客户端，要求 9 个');
});
