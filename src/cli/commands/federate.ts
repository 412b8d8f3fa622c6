/** `inkstone federate`: one model trained by many, each in a process of its own with text that the others never see. */

import { askedCount, type FederatedEvent, type ProcessClient } from '../../federated/index.ts';
import { defineMessages } from '../../language.ts';
import { decoderConfig, parameterCount } from '../../models/index.ts';
import type { CommandContext } from '../command.ts';
import { rulesFor } from '../corpus.ts';
import { type CorpusPreparation, keptPreparation, preparationOf } from '../corpus-options.ts';
import { fail } from '../errors.ts';
import type { federateOptions } from '../federate-options.ts';
import type { LocalSettings } from '../federated-lesson.ts';
import { nameOf, tellFederated, tellMissing } from '../federated-report.ts';
import { defaultWay, isWay, readClientTexts } from '../federated-texts.ts';
import {
  type Baseline,
  type FederatedSettings,
  type FederatedTraining,
  openFederated,
  startClients,
  trainBaseline,
} from '../federating.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { refuseGiven } from '../options.ts';
import { trainingPreset } from '../recipe.ts';
import { defaultFolder } from '../runs.ts';
import { onlyGiven, presetSettings, type SettingOptions } from '../settings.ts';
import { compactNumber, formatDuration, type Terminal } from '../terminal.ts';
import { byteTokenizer, readTokenizer } from '../tokenizers.ts';

const say = defineMessages({
  divided: {
    en: (d: { by: string; clients: number; others: number; mixed: boolean }) =>
      `${d.clients} clients by ${d.by}${d.mixed ? ', their texts dealt out anew by chance' : ''}${d.others ? `; ${d.others} others, with less text, take no part` : ''}`,
    zh: (d) =>
      `按 ${d.by} 分出 ${d.clients} 个客户端${d.mixed ? '，文本重新随机分配' : ''}${d.others ? `；另有 ${d.others} 个文本较少，不参与` : ''}`,
  },
  model: {
    en: (d: { layers: number; width: number; context: number; parameters: string }) =>
      `model: ${d.layers} layers, width ${d.width}, context ${d.context}: ${d.parameters} parameters, the same in every process`,
    zh: (d) => `模型：${d.layers} 层，宽 ${d.width}，上下文 ${d.context}：${d.parameters} 参数，各进程相同`,
  },
  starting: {
    en: (d: { count: number }) => `starting ${d.count} processes`,
    zh: (d) => `启动 ${d.count} 个进程`,
  },
  client: {
    en: (d: { name: string; tokens: string; pid: number }) =>
      `  ${d.name}: ${d.tokens} tokens to learn from, process ${d.pid}`,
    zh: (d) => `  ${d.name}：${d.tokens} 个词元用于学习，进程 ${d.pid}`,
  },
  secure: {
    en: () =>
      'secure sums: an honest but curious coordinator sees the sum of differences alone; it still knows how much text each client has, and its held-out loss',
    zh: () => '安全求和：诚实但好奇的协调方只能看到差值之和；它仍知道各客户端的文本量与留出损失',
  },
  resumed: {
    en: (d: { folder: string; step: number; of: number }) =>
      `going on with ${d.folder} after round ${d.step} of ${d.of}`,
    zh: (d) => `继续 ${d.folder}：已完成 ${d.step}/${d.of} 轮`,
  },
  live: {
    en: (d: { step: number; of: number; loss: string; heldOut: string; heard: number; eta: string }) =>
      `round ${d.step}/${d.of} loss ${d.loss} held-out ${d.heldOut}, ${d.heard} clients heard, eta ${d.eta}`,
    zh: (d) =>
      `第 ${d.step}/${d.of} 轮 损失 ${d.loss} 留出 ${d.heldOut}，${d.heard} 个客户端应答，剩余 ${d.eta}`,
  },
  baseline: {
    en: (d: { name: string; percent: string; loss: string }) => `${d.name}: ${d.percent}%, loss ${d.loss}`,
    zh: (d) => `${d.name}：${d.percent}%，损失 ${d.loss}`,
  },
  stopped: {
    en: (d: { step: number; command: string }) => `stopped after round ${d.step}; to go on: ${d.command}`,
    zh: (d) => `已在第 ${d.step} 轮后停止；继续请运行：${d.command}`,
  },
});

type FederateContext = CommandContext<typeof federateOptions>;

const wrong = (option: string, got: string | number, rule: string, zhRule: string) =>
  fail('cli/value', { command: 'federate', option, rule, zhRule, got: String(got) });

export async function run(context: FederateContext): Promise<number> {
  const { options, terminal, signal } = context;
  const { data } = options;
  if (!data) throw fail('cli/missing-value', { command: 'federate', option: '--data' });
  const plan = planOf(context);
  const { recipe } = plan;
  const by = options.by ?? (await defaultWay(data));
  if (!isWay(by)) {
    const rule = 'speaker, file or field:NAME';
    throw wrong('--by', by, rule, `为 ${rule}`);
  }
  const split = { by, clients: options.clients, ...(options.mixed && { mixedSeed: options.seed }) };
  const prepare = preparationOf(options as CorpusPreparation);
  const loading = { terminal, signal, offline: options.offline, prepare };
  const read = await readClientTexts(data, loading, rulesFor(recipe), split);
  for (const line of read.report) terminal.print(line);
  terminal.print(say('divided', { ...split, others: read.others, mixed: options.mixed === true }));

  const { tokenizer: file } = options;
  const tokenizer = file === undefined ? await byteTokenizer() : await readTokenizer(file);
  const config = decoderConfig({ ...plan.model, vocabSize: tokenizer.vocabSize });
  const local = { ...plan.local, config };
  const parameters = compactNumber(parameterCount(config));
  terminal.print(say('model', { ...config, context: config.contextLength, parameters }));
  terminal.print(say('starting', { count: read.clients.length }));
  const clients = await startClients(read.clients, tokenizer, local, signal);
  try {
    tellClients(clients, terminal);
    if (options.secure) terminal.print(say('secure', {}));
    return await learn(context, {
      folder: options.out ?? defaultFolder(data, '-federated'),
      source: read.name,
      prepared: keptPreparation(prepare),
      texts: read.clients,
      tokenizer,
      tokenizerMade: file === undefined ? { vocabSize: tokenizer.vocabSize } : 'given',
      local,
      federated: { ...split, ...plan.federated },
      rounds: options.rounds,
      clients,
      conduct: {
        minimum: options.minClients ?? Math.ceil(plan.asked / 2),
        deadlineMs: 1000 * options.deadline,
        evaluateEvery: options.evalEvery,
      },
      signal,
    });
  } finally {
    for (const client of clients) client.close();
  }
}

/** A rate at which plain gradient descent learns at all. */
const SGD_LR = 0.5;
const SERVER_LR = { average: 1, adam: 0.01 } as const;
/** Rounds are few: a preset's warm-up would take most of them. */
const MOST_WARMUP = 10;

/** What the options come to, without the text. */
function planOf({ options, given }: FederateContext) {
  const { fedsgd = false, seed, localOptimizer, localSteps, share, secure = false, dropOut } = options;
  const refused = {
    command: 'federate',
    reason: 'each client makes one gradient',
    zhReason: '每个客户端只做一个梯度',
  };
  if (fedsgd)
    refuseGiven(given, ['localEpochs', 'localSteps', 'localOptimizer'], { beside: '--fedsgd', ...refused });
  if (localSteps !== undefined) {
    const reason = { reason: 'a client works for passes or updates', zhReason: '客户端或按遍历或按步数工作' };
    refuseGiven(given, ['localEpochs'], { command: 'federate', beside: '--local-steps', ...reason });
  }
  const asked = askedCount(options.clients, share);
  if (secure && asked < 2) {
    const rule = 'so many that a round asks at least 2, with --secure';
    throw wrong('--clients', options.clients, rule, '足够多，使 --secure 的每轮至少问 2 个');
  }
  if (options.minClients !== undefined && options.minClients > asked) {
    const rule = `at most ${asked}, as many as a round asks`;
    throw wrong('--min-clients', options.minClients, rule, `不大于每轮所问的 ${asked} 个`);
  }
  const optimizer = fedsgd ? 'sgd' : (localOptimizer ?? 'adamw');
  const flags = {
    ...(optimizer === 'sgd' && { lr: SGD_LR }),
    ...onlyGiven(options, given),
    tokenizer: undefined,
  } as SettingOptions;
  const settings = presetSettings(trainingPreset(options.preset), flags, {
    seed,
    length: { steps: options.rounds },
  });
  const { model } = settings;
  const warmupSteps = Math.min(MOST_WARMUP, settings.recipe.warmupSteps);
  const recipe = { ...settings.recipe, optimizer: 'adamw' as const, warmupSteps };
  const localEpochs = options.localEpochs ?? 1;
  const length = localSteps === undefined ? { epochs: localEpochs } : { steps: localSteps };
  const federated: Omit<FederatedSettings, 'by' | 'clients'> = {
    share,
    ...(localSteps === undefined ? { localEpochs } : { localSteps }),
    localOptimizer: optimizer,
    fedsgd,
    serverOptimizer: options.serverOptimizer,
    serverLr: options.serverLr ?? SERVER_LR[options.serverOptimizer],
    secure,
    dropOut,
  };
  const local: Omit<LocalSettings, 'config'> = { recipe, seed, length, optimizer, isFullBatch: fedsgd };
  return { model, recipe, local, federated, asked };
}

function tellClients(clients: readonly ProcessClient[], terminal: Terminal): void {
  for (const { name, examples, tokensPerRound, pid } of clients) {
    terminal.json({ type: 'client', name, examples, tokensPerRound, pid });
    terminal.print(say('client', { name, tokens: compactNumber(examples), pid: pid! }));
  }
}

async function learn(context: FederateContext, training: FederatedTraining): Promise<number> {
  const { options, terminal, again } = context;
  const { folder, rounds } = training;
  const { run, events } = await openFederated(training);
  let last: Extract<FederatedEvent, { type: 'evaluation' }> | undefined;
  try {
    if (run.place) {
      terminal.json({ type: 'resume', folder, step: run.place.step, isFinished: run.place.step >= rounds });
      terminal.print(say('resumed', { folder, step: run.place.step, of: rounds }));
    }
    let heldOut = '–';
    for await (const event of events()) {
      if (event.type !== 'finish') terminal.json(event);
      if ('missing' in event) tellMissing(event.step, event.missing, terminal);
      if (event.type === 'evaluation') {
        last = event;
        heldOut = event.heldOutLoss.toFixed(3);
      } else if (event.type === 'round') {
        const { step, loss, etaSeconds } = event;
        const eta = formatDuration(etaSeconds);
        const heard = event.clients.length;
        terminal.live(say('live', { step, of: rounds, loss: loss.toFixed(3), heldOut, heard, eta }));
      } else if (event.type === 'finish' && event.reason === 'aborted') {
        terminal.endLive();
        terminal.json({ ...event, folder });
        terminal.print(say('stopped', { step: event.step, command: again }));
        return INTERRUPTED;
      }
    }
    terminal.endLive();
    const baselines = options.compare ? await compare(training, terminal) : [];
    await tellFederated(training, last!, baselines, terminal);
    return 0;
  } finally {
    await run.close();
  }
}

async function compare(training: FederatedTraining, terminal: Terminal): Promise<Baseline[]> {
  const baselines: Baseline[] = [];
  for (const name of ['central', 'alone'] as const) {
    const show = (fraction: number, loss: number): void =>
      terminal.live(
        say('baseline', { name: nameOf(name), percent: (100 * fraction).toFixed(0), loss: loss.toFixed(3) }),
      );
    baselines.push(await trainBaseline(name, training, show));
    terminal.endLive({ keep: false });
  }
  return baselines;
}
