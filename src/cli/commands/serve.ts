/** `inkstone serve RUN…`: trained models behind OpenAI's wire format. */

import { basename, join, resolve } from 'node:path';
import pino from 'pino';
import { InkstoneError } from '../../errors.ts';
import { defineMessages } from '../../language.ts';
import { type ActivationType, parameterCount, type WeightType } from '../../models/index.ts';
import {
  adaptedModel,
  createRegistry,
  type LoadedModel,
  type ModelOrigin,
  type RemoteServed,
  type RequestLog,
  type RunningServer,
  readLastRecords,
  startEngineProcess,
  startServer,
  studioFiles,
} from '../../serve/index.ts';
import { openState, type Retention, type State, storePlace } from '../../store/index.ts';
import { type AdapterFolders, parseAdapters } from '../adapters.ts';
import { moduleLoaders, modulePath, studioFolder } from '../child-modules.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { checkActivations, modelName, openModel, type StoredModel } from '../models.ts';
import { readSentFile, suggestBy } from '../read-sent.ts';
import { parseRemotes } from '../remotes.ts';
import type { serveOptions } from '../serve-options.ts';
import { serveDocuments } from '../served-documents.ts';
import { quoteWord } from '../shell-words.ts';
import { isSignOffRequired, requireSigned } from '../sign-offs.ts';
import { studioLab } from '../studio-lab.ts';
import { studioRuns } from '../studio-runs.ts';
import type { Terminal } from '../terminal.ts';

const say = defineMessages({
  serving: {
    en: (d: { url: string; models: string }) => `serving ${d.models} at ${d.url}/v1 (Ctrl-C ends it)`,
    zh: (d) => `正在 ${d.url}/v1 提供 ${d.models}（Ctrl-C 结束）`,
  },
  servingNone: {
    en: (d: { url: string }) => `no model is served yet; the API is at ${d.url}/v1 (Ctrl-C ends it)`,
    zh: (d) => `尚未提供任何模型；接口在 ${d.url}/v1（Ctrl-C 结束）`,
  },
  studio: {
    en: (d: { url: string }) => `the studio: open ${d.url} in a browser`,
    zh: (d) => `工作台：请用浏览器打开 ${d.url}`,
  },
  noStudio: {
    en: () => 'the studio is not built here; npm run build makes it',
    zh: () => '此处尚未构建工作台；请运行 npm run build',
  },
  answers: {
    en: (d: { url: string }) => `questions are answered from the index at ${d.url}/v1/answers`,
    zh: (d) => `在 ${d.url}/v1/answers 根据索引回答问题`,
  },
  try: {
    en: (d: { command: string }) => `try it: ${d.command}`,
    zh: (d) => `试一试：${d.command}`,
  },
  died: {
    en: (d: { model: string; reason: string }) =>
      `the engine of ${d.model} stopped (${d.reason}); starting it again`,
    zh: (d) => `${d.model} 的引擎已停止（${d.reason}），正在重新启动`,
  },
  withoutState: {
    en: (d: { reason: string }) => `nothing is kept this time: ${d.reason}`,
    zh: (d) => `此次不保存任何内容：${d.reason}`,
  },
  signed: {
    en: (d: { path: string; name: string; on: string }) => `${d.path}: approved by ${d.name} on ${d.on}`,
    zh: (d) => `${d.path}：由 ${d.name} 于 ${d.on} 批准`,
  },
  closing: { en: () => 'finishing what is being written …', zh: () => '正在写完剩余内容……' },
});

export interface ServeSettings {
  readonly host?: string;
  readonly port: number;
  /** Where the port is taken, any other will do. */
  readonly orAnyPort?: boolean;
  readonly keys: readonly string[];
  readonly origins: readonly string[];
  /** Models behind other endpoints. */
  readonly remotes?: readonly RemoteServed[];
  /** Adapters of the run by name; there is one run then. */
  readonly adapters?: AdapterFolders;
  /** An index that questions are answered from, and which of its collections. */
  readonly index?: { readonly place: string; readonly collection: string; readonly isMade?: boolean };
  /** The folder of a classifier that suggests labels. */
  readonly classifier?: string | undefined;
  /** How matrices and the past are kept. Default `f32`. */
  readonly weights?: WeightType;
  /** What weights in blocks multiply. Default `float`. */
  readonly activations?: ActivationType;
  /** Serve only what was signed as it lies; default: as the environment says. */
  readonly requireSignOff?: boolean;
  readonly studio: boolean;
  /** Where state is kept: a folder or a URL; empty for nowhere. */
  readonly state: string;
  /** Whether the user chose that place; another one that is in use is done without. */
  readonly isStateGiven: boolean;
  readonly retention?: Retention;
  /** Where the studio finds runs and puts new ones. */
  readonly runs?: string;
}

/** Models served at once: each is a process with its memory. */
const MOST_MODELS = 4;

export async function run({
  args,
  options,
  given,
  terminal,
  signal,
}: CommandContext<typeof serveOptions>): Promise<number> {
  const { port, host, apiKey, allowOrigin, remote, adapter, index, classifier, weights, studio, state } =
    options;
  const { requireSignOff, activations } = options;
  checkActivations('serve', options);
  if (args.length === 0 && remote === undefined && index === undefined) {
    throw fail('cli/missing-argument', {
      command: 'serve',
      argument: '<run…>',
      example: 'inkstone serve runs/poems-2min',
    });
  }
  await serveRuns(args, terminal, signal, {
    host,
    port,
    keys: apiKey === undefined ? [] : apiKey.split(','),
    origins: allowOrigin === undefined ? [] : allowOrigin.split(','),
    remotes: remote === undefined ? [] : parseRemotes(remote),
    ...(adapter !== undefined && { adapters: parseAdapters(adapter) }),
    ...(index !== undefined && { index: { place: index, collection: options.collection } }),
    classifier,
    weights,
    activations,
    requireSignOff,
    studio,
    state,
    isStateGiven: given.has('state'),
    retention: { days: options.auditDays, text: options.auditText ?? false },
  });
  // Ctrl-C is how serving ends.
  return 0;
}

/** Serves the runs until the signal aborts; streams that are under way then come to their end. */
export async function serveRuns(
  folders: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
  settings: ServeSettings,
): Promise<void> {
  const { host, port, orAnyPort = false, keys, origins, remotes = [], studio, runs = 'runs' } = settings;
  const { adapters = {}, weights = 'f32', activations = 'float' } = settings;
  const isGated = isSignOffRequired(settings.requireSignOff);
  if (isGated && remotes.length > 0) {
    const reason = { reason: 'nobody can sign what lies elsewhere', zhReason: '别处的模型无法签署' };
    throw fail('cli/conflict', { command: 'serve', options: ['--require-sign-off', '--remote'], ...reason });
  }
  const adapterNames = Object.keys(adapters);
  if (adapterNames.length > 0 && folders.length !== 1) {
    throw fail('cli/serve-adapter-runs', { count: folders.length });
  }
  const names = [
    ...folders.map((folder) => modelName(basename(resolve(folder)))),
    ...adapterNames,
    ...remotes.map(({ id }) => id),
  ];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw fail('cli/serve-twice', { name: twice });
  const logger = pino({ level: terminal.isJson ? 'info' : 'silent' }, pino.destination(2));
  const folderOf = (name: string): string => folders[names.indexOf(name)] ?? join(runs, name);
  const registry = createRegistry({
    models: [],
    load: (name) =>
      startEngine(folderOf(name), name, {
        ...{ terminal, weights, activations, isGated },
        adapters: name === names[0] ? adapters : {},
      }),
    most: Math.max(MOST_MODELS, folders.length),
  });
  const { index, classifier } = settings;
  const suggest = classifier === undefined ? undefined : await suggestBy(classifier);
  const documents = index && (await serveDocuments(index.place, index.collection, index));
  const state = await openServerState(settings, terminal).catch(async (error) => {
    await documents?.close();
    throw error;
  });
  let server: RunningServer | undefined;
  try {
    if (host !== undefined && !isLoopback(host) && keys.length === 0 && !(await hasKeys(state))) {
      throw fail('cli/serve-open', { host });
    }
    for (const name of names.slice(0, folders.length)) await registry.load(name);
    const files = studio ? studioFiles(studioFolder()) : undefined;
    const options = {
      models: registry,
      remotes,
      ...(studio && { studio: { files, runs: studioRuns(runs), lab: studioLab(folderOf) } }),
      state,
      ...(documents && { documents }),
      readFile: readSentFile,
      suggest,
      host,
      keys,
      origins,
      log: (entry: RequestLog) => logger.info(entry),
      onFault: (error: unknown, id: string) => {
        logger.error({ id, err: error });
        // One with a sentence for people: the state is in use by another process, for example.
        if (error instanceof InkstoneError) terminal.error(error.message);
      },
    };
    server = await startServer({ ...options, port }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      if (orAnyPort) return startServer({ ...options, port: 0 });
      throw fail('cli/serve-port', { port });
    });
    const { url } = server;
    terminal.json({ type: 'serving', url, models: names });
    terminal.print(
      names.length > 0 ? say('serving', { url, models: names.join(', ') }) : say('servingNone', { url }),
    );
    if (studio) terminal.print(files ? say('studio', { url }) : say('noStudio', {}));
    if (documents) terminal.print(say('answers', { url }));
    if (names.length > 0) terminal.print(say('try', { command: exampleCall(url, names[0], keys[0]) }));
    await new Promise<void>((done) => {
      if (signal.aborted) done();
      signal.addEventListener('abort', () => done(), { once: true });
    });
    terminal.print(say('closing', {}));
  } finally {
    await server?.close();
    registry.close();
    await state?.close();
    await documents?.close();
  }
}

/** The state of the server. A database that is there is opened now: it may hold keys that every client needs. */
async function openServerState(
  { state: place, isStateGiven, retention }: ServeSettings,
  terminal: Terminal,
): Promise<State | undefined> {
  if (place === '') return undefined;
  const onFault = (error: Error): void => terminal.error(error.message);
  const state = openState(storePlace(place), { retention, onFault });
  try {
    await hasKeys(state);
    return state;
  } catch (error) {
    await state.close();
    if (isStateGiven || !(error instanceof InkstoneError) || error.code !== 'folder/locked') throw error;
    terminal.error(say('withoutState', { reason: error.message }));
    return undefined;
  }
}

const hasKeys = async (state: State | undefined): Promise<boolean> =>
  state !== undefined && !(await state.isNew()) && (await state.keys.any());

async function startEngine(
  folder: string,
  id: string,
  {
    terminal,
    weights,
    activations,
    adapters,
    isGated,
  }: Required<Pick<ServeSettings, 'weights' | 'activations' | 'adapters'>> & {
    readonly terminal: Terminal;
    readonly isGated: boolean;
  },
): Promise<LoadedModel> {
  // Read here first: a folder that is no model is an error of this command, not of a child.
  const stored = await openModel(folder);
  const { tokenizer, prefixIds, chatTemplate } = stored;
  if (isGated) {
    for (const path of [folder, ...Object.values(adapters).flat()]) {
      const { name, at } = await requireSigned(path);
      terminal.json({ type: 'signed', path, name, at });
      terminal.print(say('signed', { path, name, on: at.slice(0, 10) }));
    }
  }
  const engine = await startEngineProcess({
    id,
    script: modulePath('engine-main'),
    args: [folder, weights, activations, JSON.stringify(adapters), ...(isGated ? ['signed'] : [])],
    execArgv: moduleLoaders(),
    tokenizer,
    prefixIds,
    ...(chatTemplate && { chatTemplate }),
    onExit: (reason) => terminal.error(say('died', { model: id, reason })),
  });
  const adapted = Object.keys(adapters).map((name) => adaptedModel(engine, name));
  return Object.defineProperties(engine as LoadedModel, {
    origin: { value: await originOf(stored) },
    adapters: { value: adapted },
  });
}

/** Enough of the metrics for the last evaluation. */
const TAIL_BYTES = 512 << 10;

async function originOf({ path, config: model, run: earlier }: StoredModel): Promise<ModelOrigin> {
  const parameters = parameterCount(model);
  if (!earlier) return { parameters, source: basename(path) };
  const { run, config } = earlier;
  const last = await readLastRecords(join(run.folder, 'metrics.jsonl'), TAIL_BYTES);
  const evaluation = last.findLast(({ type }) => type === 'evaluation');
  const { heldOutLoss, bitsPerCharacter } = evaluation ?? ({} as Partial<Record<string, unknown>>);
  return {
    parameters,
    source: config.data.source,
    ...(typeof heldOutLoss === 'number' && { heldOutLoss }),
    ...(typeof bitsPerCharacter === 'number' && { bitsPerCharacter }),
    ...(run.place && { step: run.place.step }),
  };
}

const isLoopback = (host: string): boolean => ['localhost', '127.0.0.1', '::1'].includes(host);

function exampleCall(url: string, model: string, key: string | undefined): string {
  const body = JSON.stringify({ model, prompt: '春', max_tokens: 40 });
  const header = key === undefined ? '' : ` -H 'authorization: Bearer ${key}'`;
  return `curl ${url}/v1/completions -H 'content-type: application/json'${header} -d ${quoteWord(body)}`;
}
