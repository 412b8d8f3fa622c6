/** `inkstone serve RUN…`: trained models behind OpenAI's wire format. */

import { basename, join, resolve } from 'node:path';
import pino from 'pino';
import { InkstoneError } from '../../errors.ts';
import { defineMessages, language } from '../../language.ts';
import type { ActivationType, WeightType } from '../../models/index.ts';
import {
  createKitGuard,
  createRegistry,
  type KitGuardOptions,
  type RemoteServed,
  type RequestLog,
  type RunningServer,
  startServer,
  studioFiles,
  type Work,
} from '../../serve/index.ts';
import { openState, type Retention, type State, storePlace } from '../../store/index.ts';
import { type AdapterFolders, parseAdapters } from '../adapters.ts';
import { openBibliography } from '../bibliography.ts';
import { studioFolder } from '../child-modules.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { readKitFiles } from '../kits.ts';
import { checkActivations, modelName } from '../models.ts';
import { readSentFile, suggestBy } from '../read-sent.ts';
import { parseRemotes } from '../remotes.ts';
import type { serveOptions } from '../serve-options.ts';
import { serveAssistant } from '../served-assistant.ts';
import { serveDocuments } from '../served-documents.ts';
import { startServedModel } from '../served-models.ts';
import { serveRecommender } from '../served-recommender.ts';
import { servePlan } from '../served-service.ts';
import { serveTutor } from '../served-tutor.ts';
import { LOOK_MS, updateFollower } from '../served-updates.ts';
import { serveVideo } from '../served-video.ts';
import { quoteWord } from '../shell-words.ts';
import { inOneLine } from '../shown-text.ts';
import { isSignOffRequired } from '../sign-offs.ts';
import { type SpeechSettings, servedSpeechOf } from '../speech-parts.ts';
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
  assistant: {
    en: (d: { url: string }) => `an assistant with tools answers at ${d.url}/v1/assistant`,
    zh: (d) => `带工具的助手在 ${d.url}/v1/assistant 作答`,
  },
  videos: {
    en: (d: { url: string }) => `videos are described at ${d.url}/v1/video/descriptions`,
    zh: (d) => `在 ${d.url}/v1/video/descriptions 描述视频`,
  },
  speaks: {
    en: (d: { url: string; speaker: string }) =>
      `texts are read aloud by ${d.speaker} at ${d.url}/v1/audio/speech`,
    zh: (d) => `在 ${d.url}/v1/audio/speech 由 ${d.speaker} 朗读`,
  },
  listens: {
    en: (d: { url: string; listener: string }) =>
      `speech is heard by ${d.listener} at ${d.url}/v1/audio/transcriptions`,
    zh: (d) => `在 ${d.url}/v1/audio/transcriptions 由 ${d.listener} 听写`,
  },
  tutor: {
    en: (d: { url: string }) => `a tutor asks questions on texts at ${d.url}/v1/tutor`,
    zh: (d) => `在 ${d.url}/v1/tutor 根据文本出题并评分`,
  },
  service: {
    en: (d: { url: string }) => `customers are served by the plan at ${d.url}/v1/service`,
    zh: (d) => `在 ${d.url}/v1/service 按方案做客服`,
  },
  kits: {
    en: (d: { url: string; kits: string }) =>
      `answers are under the warnings of ${d.kits}; terms are told at ${d.url}/v1/domain`,
    zh: (d) => `回答按 ${d.kits} 的规则给出提示；在 ${d.url}/v1/domain 解释术语`,
  },
  recommender: {
    en: (d: { url: string }) => `items are recommended to readers at ${d.url}/v1/recommendations`,
    zh: (d) => `在 ${d.url}/v1/recommendations 向读者推荐条目`,
  },
  try: {
    en: (d: { command: string }) => `try it: ${d.command}`,
    zh: (d) => `试一试：${d.command}`,
  },
  withoutState: {
    en: (d: { reason: string }) => `nothing is kept this time: ${d.reason}`,
    zh: (d) => `此次不保存任何内容：${d.reason}`,
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
  /** Where an assistant keeps what it knows of each tenant, and tools beside its own. */
  readonly assistant?: { readonly folder: string; readonly tools: string | undefined };
  /** A plan that customers are served by, and where their conversations are kept. */
  readonly service?: { readonly plan: string; readonly notes: string };
  /** Who speaks and listens. Default: what is installed. */
  readonly speech?: SpeechSettings;
  /** Who says what frames of videos show; without, none are looked at. */
  readonly captioner?: string | undefined;
  /** Kits of a field by name or file, joined by commas, and the numbers that they name in an emergency. */
  readonly kits?: (KitGuardOptions & { readonly specs: string }) | undefined;
  /** The folder of a recommender. */
  readonly recommender?: string | undefined;
  /** Where a tutor keeps lessons and what each learner of each tenant knows. */
  readonly tutor?: string;
  /** The address of a bibliographic service. */
  readonly bibliography?: string | undefined;
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
  const { requireSignOff, activations, service, serviceNotes, assistant, assistantTools, kit, tutor } =
    options;
  const { speaker, listener, captioner, recommender, bibliography } = options;
  if (assistantTools !== undefined && assistant === undefined) {
    throw fail('cli/needs-option', { command: 'serve', option: '--assistant-tools', needed: '--assistant' });
  }
  checkActivations('serve', options);
  const voices = [speaker || undefined, listener || undefined, captioner];
  const beside = [remote, index, service, assistant, tutor, kit, recommender, bibliography, ...voices];
  if (args.length === 0 && beside.every((one) => one === undefined)) {
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
    ...(assistant !== undefined && { assistant: { folder: assistant, tools: assistantTools } }),
    ...(tutor !== undefined && { tutor }),
    ...(service !== undefined && { service: { plan: service, notes: serviceNotes } }),
    speech: { speaker, listener },
    captioner,
    kits: kitsOf('serve', options),
    recommender,
    bibliography,
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

/** What `--kit` and its company say. @throws `cli/needs-option` */
export function kitsOf(
  command: string,
  {
    kit,
    kitNumbers: numbers,
    kitNotice: notice,
  }: {
    readonly kit: string | undefined;
    readonly kitNumbers: string | undefined;
    readonly kitNotice: 'field' | 'always';
  },
): ServeSettings['kits'] {
  if (kit !== undefined) return { specs: kit, numbers, notice };
  if (numbers === undefined && notice === 'field') return undefined;
  const option = numbers === undefined ? '--kit-notice' : '--kit-numbers';
  throw fail('cli/needs-option', { command, option, needed: '--kit' });
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
      startServedModel(folderOf(name), name, {
        ...{ terminal, weights, activations, isGated },
        adapters: name === names[0] ? adapters : {},
      }),
    most: Math.max(MOST_MODELS, folders.length),
  });
  const { index, classifier, service: plan } = settings;
  const closing: (() => Promise<void>)[] = [];
  let server: RunningServer | undefined;
  try {
    const speech = servedSpeechOf(settings.speech ?? {});
    const { captioner } = settings;
    const video = captioner === undefined ? undefined : await serveVideo(captioner, speech.listener);
    const kits = settings.kits && createKitGuard(await readKitFiles(settings.kits.specs), settings.kits);
    const suggest = classifier === undefined ? undefined : await suggestBy(classifier);
    const documents = index && (await serveDocuments(index.place, index.collection, index));
    if (documents) closing.push(documents.close);
    const onFault = (error: unknown): void => {
      if (error instanceof InkstoneError) terminal.error(error.message);
      else logger.error({ err: error });
    };
    const service = plan && (await servePlan(plan.plan, plan.notes, { signal, onFault }));
    if (service) closing.push(service.close);
    const assistant = settings.assistant && (await serveAssistant(settings.assistant, signal));
    if (assistant) closing.push(assistant.close);
    const recommender = settings.recommender && (await serveRecommender(settings.recommender, signal));
    if (recommender) closing.push(recommender.close);
    const tutor = settings.tutor === undefined ? undefined : serveTutor(settings.tutor);
    const state = await openServerState(settings, terminal);
    if (state) closing.push(() => state.close());
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
      ...(service && { service }),
      ...(assistant && { assistant }),
      speech,
      ...(video && { video }),
      kits,
      ...(recommender && { recommender }),
      ...(tutor && { tutor }),
      ...(settings.bibliography !== undefined && { bibliography: openBibliography(settings.bibliography) }),
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
    if (service) terminal.print(say('service', { url }));
    if (assistant) terminal.print(say('assistant', { url }));
    const { speaker, listener } = speech;
    if (video) terminal.print(say('videos', { url }));
    if (speaker) terminal.print(say('speaks', { url, speaker: inOneLine(speaker.id) }));
    if (listener) terminal.print(say('listens', { url, listener: inOneLine(listener.id) }));
    if (kits) {
      const own = kits.readers.map(({ kit }) => kit.title[language()]).join(', ');
      terminal.print(say('kits', { url, kits: own }));
    }
    if (recommender) terminal.print(say('recommender', { url }));
    if (tutor) terminal.print(say('tutor', { url }));
    if (names.length > 0) {
      const first = registry.list().find(({ id }) => id === names[0]);
      const kind = first && 'kind' in first ? first.kind : 'write';
      terminal.print(say('try', { command: exampleCall(url, names[0], { kind, key: keys[0] }) }));
    }
    const look = updateFollower({ registry, folderOf, terminal });
    const looking = setInterval(() => void look(), LOOK_MS).unref();
    closing.push(async () => clearInterval(looking));
    await new Promise<void>((done) => {
      if (signal.aborted) done();
      signal.addEventListener('abort', () => done(), { once: true });
    });
    terminal.print(say('closing', {}));
  } finally {
    await server?.close();
    registry.close();
    for (const close of closing.reverse()) await close();
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

const isLoopback = (host: string): boolean => ['localhost', '127.0.0.1', '::1'].includes(host);

/** What is asked of a model of each kind to try it. */
const examples: { readonly [Kind in Work]: readonly [path: string, body: object] } = {
  write: ['completions', { prompt: '春', max_tokens: 40 }],
  translate: ['translations', { text: 'the moon is bright' }],
  classify: ['classifications', { text: 'a warm, funny film', words: 5 }],
  'fill-mask': ['fill-mask', { text: '床前明月[MASK]' }],
  draw: ['images/generations', { prompt: 'a large red circle on the left', size: '128x128' }],
  embed: ['embeddings', { input: '床前明月光' }],
};

function exampleCall(
  url: string,
  model: string,
  { kind, key }: { kind: keyof typeof examples; key?: string },
): string {
  const [path, body] = examples[kind];
  const header = key === undefined ? '' : ` -H 'authorization: Bearer ${key}'`;
  const json = quoteWord(JSON.stringify({ model, ...body }));
  return `curl ${url}/v1/${path} -H 'content-type: application/json'${header} -d ${json}`;
}
