/** `inkstone choose`: which model for a task, from the texts, this machine and the limits; with reasons, costs, commands and trials. */

import os from 'node:os';
import {
  type ChoiceFacts,
  type ChoiceLimits,
  chooseModel,
  type ModelChoice,
  modelCandidates,
  rankByTrials,
} from '../../eval/index.ts';
import { defineMessages } from '../../language.ts';
import { type CommandWords, commandsFor } from '../choose-commands.ts';
import { type CostGrounds, costOf, type TokenPrice } from '../choose-costs.ts';
import { factsOf, madeUpTexts, readChoiceTexts, usualFacts } from '../choose-data.ts';
import type { chooseOptions } from '../choose-options.ts';
import { measureCounting, measureMachine } from '../choose-probes.ts';
import { choiceLines, factLines, reasonsOf } from '../choose-text.ts';
import { type ComparedTrials, compareTrials, trialLines } from '../choose-trial-text.ts';
import { type TriedTask, triedTasks, tryModels } from '../choose-trials.ts';
import type { CommandContext } from '../command.ts';
import { endpointOf } from '../endpoints.ts';
import { energyRates } from '../energy.ts';
import { fail } from '../errors.ts';

type Context = CommandContext<typeof chooseOptions>;

const say = defineMessages({
  looking: { en: () => 'measuring this machine', zh: () => '测量本机' },
});

const USUAL_TEXTS = 1000;

export async function run(context: Context): Promise<void> {
  const { options, terminal, signal } = context;
  const baseBytes = process.memoryUsage().rss;
  const limits = checkOptions(context);
  const { task, data, price } = options;
  if (task === undefined) throw fail('cli/missing-value', { command: 'choose', option: '--task' });
  const rates = energyRates('choose', options);
  const pricePerMillion = price === undefined ? undefined : parsePrice(price);
  const texts = data === undefined ? undefined : await readChoiceTexts(context, data);
  if (options.try && task === 'classify' && texts!.length < LEAST_TRIED) {
    const [rule, zhRule] = [`tried on at least ${LEAST_TRIED} texts`, `在至少 ${LEAST_TRIED} 条文本上试验`];
    throw bad('--try', rule, zhRule, String(texts!.length));
  }
  const found = texts
    ? await factsOf(texts)
    : usualFacts(options.texts ?? USUAL_TEXTS, options.language ?? 'en');
  const facts: ChoiceFacts = {
    ...found,
    language: options.language ?? found.language,
    task,
  };
  terminal.live(say('looking', {}));
  const counting = await measureCounting(task, texts ?? madeUpTexts(facts.language), signal);
  const machine = await measureMachine();
  signal.throwIfAborted();
  terminal.endLive({ keep: false });
  const grounds: CostGrounds = { facts, machine, counting, rates, baseBytes, price: pricePerMillion };
  const choices = chooseModel(facts, limits, (name) => costOf(name, grounds));
  const words: CommandWords = options;
  const record = jsonOf(facts, words);
  terminal.json({
    type: 'choice',
    facts,
    isGiven: texts !== undefined,
    machine,
    limits,
    choices: choices.map(record),
  });
  for (const line of factLines({ facts, machine, limits, isGiven: texts !== undefined }))
    terminal.print(line);
  for (const line of choiceLines(choices, { facts, words })) terminal.print(line);
  if (!options.try) return;
  const tried = compareTrials(await tryModels[task as TriedTask](context, grounds, texts!));
  const ranked = rankByTrials(choices, tried.trials, tried.better);
  tellTrials(context, tried, ranked, (choice) => commandsFor(choice.name, facts, words));
}

function tellTrials(
  { terminal }: Context,
  tried: ComparedTrials,
  ranked: readonly ModelChoice[],
  commandsOf: (choice: ModelChoice) => string[],
): void {
  terminal.json({ type: 'trials', ...tried, ranked: ranked.map(({ name }) => name) });
  const best = ranked.find(({ name }) => !('isMark' in modelCandidates[name]))!;
  for (const line of trialLines(tried, ranked, commandsOf(best))) terminal.print(line);
}

const jsonOf = (facts: ChoiceFacts, words: CommandWords) => (choice: ModelChoice) => ({
  ...choice,
  reasons: reasonsOf(choice),
  commands: commandsFor(choice.name, facts, words),
});

/** What must hold of the options before anything is read. */
function checkOptions({ options, given }: Context): ChoiceLimits {
  const { task, data, endpoint, price, memory, latency, minutes } = options;
  const conflict = (first: string, second: string, reason: string, zhReason: string) =>
    fail('cli/conflict', { command: 'choose', options: [first, second], reason, zhReason });
  const needs = (option: string, needed: string) =>
    fail('cli/needs-option', { command: 'choose', option, needed });
  if (options.try && data === undefined) throw needs('--try', '--data');
  if (given.has('seconds') && !options.try) throw needs('--seconds', '--try');
  if (price !== undefined && endpoint === undefined) throw needs('--price', '--endpoint');
  if (data !== undefined && options.texts !== undefined) {
    throw conflict('--data', '--texts', 'the data say how many there are', '数据本身有多少条即为多少');
  }
  if (options.try && task !== undefined && !(triedTasks as readonly string[]).includes(task)) {
    const [en, zh] = [
      'only classify and write can be tried in short',
      '只有 classify 与 write 能在短时间内试验',
    ];
    throw conflict('--try', `--task ${task}`, en, zh);
  }
  if (endpoint !== undefined && !endpointOf(endpoint)) {
    throw bad(
      '--endpoint',
      'URL#MODEL, as in http://127.0.0.1:8000/v1#qwen3',
      '形如 http://127.0.0.1:8000/v1#qwen3',
      endpoint,
    );
  }
  return {
    memoryBytes: memory === undefined ? machineMemory() : parseMemory(memory),
    ...(latency !== undefined && { latencyMs: latency }),
    ...(minutes !== undefined && { trainSeconds: 60 * minutes }),
    ...(endpoint !== undefined && { hasEndpoint: true }),
  };
}

/** A tenth is held out, of each label: fewer texts tell nothing. */
const LEAST_TRIED = 20;

const bad = (option: string, rule: string, zhRule: string, got: string) =>
  fail('cli/value', { command: 'choose', option, rule, zhRule, got });

const units = { M: 1e6, G: 1e9, T: 1e12 } as const;

function parseMemory(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)\s*([MGT])i?B?$/i.exec(text.trim()) ?? [];
  const bytes = Number(amount) * units[(unit ?? '').toUpperCase() as keyof typeof units];
  if (bytes > 0) return bytes;
  throw bad('--memory', 'a size, as in 8G or 500M', '为大小，如 8G 或 500M', text);
}

function parsePrice(text: string): TokenPrice {
  const [, amount, currency] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]{3})$/.exec(text.trim()) ?? [];
  if (amount !== undefined) return { cost: Number(amount), currency: currency.toUpperCase() };
  throw bad('--price', 'a number and a currency, as in "0.50 USD"', '为数字加货币，如 "3.5 CNY"', text);
}

/** Of the machine, or of the container that this runs in. */
function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, os.totalmem()) : os.totalmem();
}
