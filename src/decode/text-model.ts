/** A language model and its tokenizer as a model that speaks text. */

import { classifyToken, type TokenClass } from '../repeat/index.ts';
import { createDetokenizer } from '../text/index.ts';
import type {
  GenerationPart,
  LanguageModel,
  StepRequest,
  TextModel,
  Tokenizer,
  TokenScore,
} from '../types.ts';
import { contextOf } from './context-of.ts';
import type { Engine } from './engine.ts';
import { fail } from './errors.ts';
import { type GenerateTokensOptions, generateTokens } from './generate-tokens.ts';
import { type GuardOptions, guarded } from './guard.ts';
import { checkIds, checkKeys } from './options.ts';
import { PROCESSOR_ORDER, type ProcessorOptions } from './processor-table.ts';
import { sampling } from './sampling.ts';
import { createStopMatcher } from './stop-strings.ts';
import type { TokenEvent } from './strategy.ts';
import { withTokenizer } from './with-tokenizer.ts';

/** How to continue a prompt. A `strategy` of your own brings its own processors; otherwise it is `sampling`. */
export interface GenerationOptions extends ProcessorOptions, Omit<GenerateTokensOptions, 'signal'> {
  /** The text ends before the first of these strings; it is not part of the text. */
  readonly stop?: string | readonly string[];
  /** Keep loops from the reader: `true`, or how; see `guarded`. */
  readonly guard?: boolean | GuardOptions;
  /** Ids put before the prompt, such as a token that begins a text. An empty prompt begins with the end-of-text token. */
  readonly prefixIds?: readonly number[];
  /** On an engine: higher goes first; and who asks. */
  readonly priority?: number;
  readonly tenant?: string;
  /** One of the model's adapters, which the text is read and written with. */
  readonly adapter?: string;
}

/** Text, or ids where special tokens are needed. */
export type Prompt = string | readonly number[];

export interface GenerationRequest extends GenerationOptions {
  /** One prompt; or several, which are continued in one batch: text j of prompt i has the index i · n + j. */
  readonly prompt: Prompt | readonly Prompt[];
  readonly signal?: AbortSignal;
}

const RUN_OPTIONS = [
  'strategy',
  'guard',
  'n',
  'maxTokens',
  'eosIds',
  'seed',
  'logprobs',
  'stop',
  'prefixIds',
  'priority',
  'tenant',
  'adapter',
];
const PROCESSOR_OPTIONS = ['preset', ...PROCESSOR_ORDER] as const;
const OPTIONS: readonly string[] = [...PROCESSOR_OPTIONS, ...RUN_OPTIONS];

/**
 * Makes a model speak text. `generate` streams `text-delta` parts, never half a character and never a piece of a stop
 * string, and one `finish` for each of the n texts; `index` says which text a part belongs to. With `logprobs` every
 * token's score comes with exactly one part. Texts end at the tokenizer's end-of-text token unless `eosIds` says
 * otherwise. With an engine the texts of all requests share its steps. Request options override `defaults`; an unknown option is an error. See `generateTokens` for aborts, errors
 * and the context's end.
 *
 * @example
 * const writer = createTextModel(model, tokenizer, { temperature: 0.8, topP: 0.95 });
 * for await (const part of writer.generate({ prompt: '床前', maxTokens: 20, seed: 1 })) {
 *   if (part.type === 'text-delta') process.stdout.write(part.text);
 * }
 */
export function createTextModel(
  source: LanguageModel | Engine,
  tokenizer: Tokenizer,
  defaults: GenerationOptions = {},
): TextModel<GenerationRequest> {
  const write = writeWith(source, tokenizer);
  checkKeys(defaults, OPTIONS);
  const classify = createClassifier(tokenizer);
  const guardOptions = (guard: true | GuardOptions): GuardOptions => {
    const { detector, ...rest } = guard === true ? ({} as GuardOptions) : guard;
    return { ...rest, detector: typeof detector === 'function' ? detector : { classify, ...detector } };
  };

  return {
    generate(request) {
      const { prompt, signal, ...own } = request;
      checkKeys(own, OPTIONS);
      const options = { ...defaults, ...own };
      checkStrategy(own.strategy ? own : options);
      const {
        strategy = sampling(withTokenizer(pickProcessors(options), tokenizer)),
        guard = false,
        stop = [],
        prefixIds = [],
      } = options;
      const prompts = (isMany(prompt) ? prompt : [prompt]).map((one) => {
        const promptIds = [...prefixIds, ...(typeof one === 'string' ? tokenizer.encode(one) : one)];
        checkIds('prompt', promptIds, tokenizer.vocabSize);
        if (promptIds.length === 0 && tokenizer.eosId !== undefined) promptIds.push(tokenizer.eosId);
        return promptIds;
      });
      const { eosIds = tokenizer.eosId === undefined ? [] : [tokenizer.eosId], n = 1 } = options;
      const stops = typeof stop === 'string' ? [stop] : stop;
      const { maxTokens, seed, logprobs, priority, tenant, adapter } = options;
      const tokens = write(prompts, {
        strategy: guard === false ? strategy : guarded(strategy, guardOptions(guard)),
        n,
        maxTokens,
        eosIds,
        seed,
        logprobs,
        signal,
        priority,
        tenant,
        adapter,
      });
      const writers = prompts.flatMap(({ length }) =>
        Array.from({ length: n }, () => createTextWriter(tokenizer, stops, length)),
      );
      return stream(tokens, writers);
    },
  };
}

/** What each token says, for the detector of loops; looked at once. */
function createClassifier(tokenizer: Tokenizer): (id: number) => TokenClass {
  const classes: TokenClass[] = [];
  return (id) => (classes[id] ??= classifyToken(tokenizer.decode([id], { keepSpecial: true })));
}

function isMany(prompt: Prompt | readonly Prompt[]): prompt is readonly Prompt[] {
  return typeof prompt === 'object' && prompt.length > 0 && typeof prompt[0] !== 'number';
}

/** A strategy brings its own processors: options beside it would be ignored, so they are an error. */
function checkStrategy(options: GenerationOptions): void {
  const option = PROCESSOR_OPTIONS.find((name) => options[name] !== undefined);
  if (options.strategy && option) throw fail('decode/conflict', { option });
}

function pickProcessors(options: GenerationOptions): ProcessorOptions {
  return Object.fromEntries(PROCESSOR_OPTIONS.map((name) => [name, options[name]]));
}

/** How tokens are written: by a model for this reader alone, or in an engine's batch. */
function writeWith(source: LanguageModel | Engine, { vocabSize }: Tokenizer): Engine['generate'] {
  const model = 'generate' in source ? source.model : source;
  if (vocabSize > model.vocabSize) {
    throw fail('decode/vocabulary', { tokenizer: vocabSize, model: model.vocabSize });
  }
  if ('generate' in source) return source.generate;
  const speaker = withVocabulary(source, vocabSize);
  return (prompts, { adapter, ...options } = {}) =>
    generateTokens(readWith(speaker, adapter), prompts, options);
}

/** The same model without the rows that it has, for alignment, beyond its vocabulary; for an engine to stand on. */
export function withVocabulary(model: LanguageModel, vocabSize: number): LanguageModel {
  if (model.vocabSize === vocabSize) return model;
  const { project, embed } = model;
  const cut = (rows: Float32Array[]): Float32Array[] => rows.map((row) => row.subarray(0, vocabSize));
  const among = (request: StepRequest): StepRequest =>
    request.choice ? { ...request, choice: { ...request.choice, vocabSize } } : request;
  return {
    ...(project && { project: (rows) => cut(project(rows)) }),
    ...(embed && { embed }),
    vocabSize,
    contextLength: model.contextLength,
    hasPrefix: model.hasPrefix,
    memory: model.memory,
    adapters: model.adapters,
    contextWith: (adapter) => contextOf(model, adapter),
    open: (adapter) => model.open(adapter),
    step: (batch, wants) =>
      model.step(batch.map(among), wants).map((result) => ({ ...result, logits: cut(result.logits) })),
  };
}

/** A model whose sequences are all read with this adapter. */
export const readWith = (model: LanguageModel, adapter: string | undefined): LanguageModel =>
  adapter === undefined
    ? model
    : { ...model, contextLength: contextOf(model, adapter), open: () => model.open(adapter) };

async function* stream(
  tokens: ReturnType<typeof generateTokens>,
  writers: readonly TextWriter[],
): AsyncGenerator<GenerationPart, void> {
  try {
    for (let next = await tokens.next(); !next.done; ) {
      const event = next.value;
      if (event.type === 'loop-repaired') {
        yield event;
        next = await tokens.next();
        continue;
      }
      const { index } = event;
      const writer = writers[index];
      const delta = event.type === 'token' ? writer.push(event) : writer.end();
      if (delta.text !== '' || delta.tokens.length > 0) {
        const { text, tokens: scores } = delta;
        yield scores.length > 0
          ? { type: 'text-delta', index, text, tokens: scores }
          : { type: 'text-delta', index, text };
      }
      if (event.type === 'finish') {
        const { completionTokens, error, guard } = event;
        const { stop, promptTokens } = writer;
        const reason = stop === undefined ? event.reason : 'stop';
        yield {
          type: 'finish',
          index,
          reason,
          promptTokens,
          completionTokens,
          ...(stop !== undefined && { stop }),
          ...(error !== undefined && { error }),
          ...(guard && { guard }),
        };
      }
      const stopped = event.type === 'token' && writer.stop !== undefined;
      next = await tokens.next(stopped ? { type: 'finish', reason: 'stop' } : undefined);
    }
  } finally {
    await tokens.return();
  }
}

interface Delta {
  readonly text: string;
  /** The scores of the tokens that were waiting, when scores were asked for. */
  readonly tokens: readonly TokenScore[];
}

/** One text on its way to the reader. */
interface TextWriter {
  readonly promptTokens: number;
  /** The stop string that was found. */
  readonly stop: string | undefined;
  push(token: TokenEvent): Delta;
  end(): Delta;
}

function createTextWriter(tokenizer: Tokenizer, stops: readonly string[], promptTokens: number): TextWriter {
  const detokenizer = createDetokenizer(tokenizer);
  const matcher = createStopMatcher(stops);
  const textOf = (id: number) => tokenizer.decode([id], { keepSpecial: true });
  let stop: string | undefined;
  let waiting: TokenScore[] = [];

  const deltaOf = (text: string, isLast: boolean): Delta => {
    if (text === '' && !isLast) return { text, tokens: [] };
    const tokens = waiting;
    waiting = [];
    return { text, tokens };
  };

  return {
    promptTokens,
    get stop() {
      return stop;
    },
    push({ id, logprob, top }) {
      if (logprob !== undefined) {
        waiting.push({
          id,
          text: textOf(id),
          logprob,
          ...(top && { top: top.map((score) => ({ ...score, text: textOf(score.id) })) }),
        });
      }
      const found = matcher.push(detokenizer.push(id));
      stop = found.stop;
      return deltaOf(found.text, false);
    },
    end() {
      if (stop !== undefined) return deltaOf('', true);
      const last = matcher.push(detokenizer.flush());
      stop = last.stop;
      return deltaOf(last.text + (last.stop === undefined ? matcher.flush() : ''), true);
    },
  };
}
