/** The guard for a model behind an endpoint: it sees text only, and repairs by asking again from the clean text. */

import {
  classifyToken,
  type Loop,
  type LoopDetector,
  type LoopDetectorOptions,
  type TokenClass,
} from '../repeat/index.ts';
import type { FinishReason, GenerationPart, TextModel, TokenScore } from '../types.ts';
import { fail } from './errors.ts';
import { createPieceSplitter, type PieceSplitter } from './guard-pieces.ts';
import { createLadder, type Ladder } from './guard-repair.ts';
import { createWatch, detectorMaker, loopAtEnd, type Watch } from './guard-watch.ts';
import { checkInteger, checkKeys, checkNumber } from './options.ts';
import { followSignal } from './signal-group.ts';
import { createStopMatcher, type StopMatcher } from './stop-strings.ts';

/** What a guarded request may hold; everything else is passed on as it is. */
export interface GuardableRequest {
  readonly prompt: string;
  readonly signal?: AbortSignal;
  readonly n?: number;
  readonly maxTokens?: number;
  readonly stop?: string | readonly string[];
  readonly seed?: number;
  readonly temperature?: number;
  readonly frequencyPenalty?: number;
}

/** `swap`: another seed, so another draw where the repeat began. */
export const TEXT_REPAIR_ACTIONS = ['swap', 'penalty', 'temperature'] as const;

export type TextRepairAction = (typeof TEXT_REPAIR_ACTIONS)[number];

export interface GuardTextOptions {
  /** What a loop is, in words and ideographs: options of `createLoopDetector`, or a detector for each text. */
  readonly detector?: LoopDetectorOptions | (() => LoopDetector);
  /** The most words that wait to be shown. Default 512. */
  readonly maxHold?: number;
  /** The most requests beside the first one, for each text; with the next loop it ends. Default 4. */
  readonly maxRepairs?: number;
  /** What the endpoint understands, tried one after another. Default: all, in the order of `TEXT_REPAIR_ACTIONS`. */
  readonly actions?: readonly TextRepairAction[];
  /** A loop that comes back within so many words of the last cut is the same one. Default 64. */
  readonly patience?: number;
  /** What `penalty` adds to `frequencyPenalty`. Default 0.5. */
  readonly penalty?: number;
  /** What `temperature` adds to `temperature`. Default 0.3. */
  readonly temperature?: number;
  /** Counts the tokens of a text; by default its words and ideographs, an estimate. */
  readonly countTokens?: (text: string) => number;
}

const KEYS = [
  'detector',
  'maxHold',
  'maxRepairs',
  'actions',
  'patience',
  'penalty',
  'temperature',
  'countTokens',
];

/**
 * The same endpoint, with a reader who never sees a loop. At a loop the running request is aborted, the text taken back to
 * the end of the first copy as far as it was not shown, and a new request sent whose prompt is the old one and that text;
 * see `guarded` for the rest. Use `guarded` where the model is at hand: it repairs with less change, and without reading
 * the prompt again. After a repair the counts of tokens are those of `countTokens`, and `maxTokens` is reduced by them.
 */
export function guardText<Request extends GuardableRequest>(
  model: TextModel<Request>,
  options: GuardTextOptions = {},
): TextModel<Request> {
  const settings = checkOptions(options);
  return { generate: (request) => guardRequest(model, request, settings) };
}

type Settings = ReturnType<typeof checkOptions>;

function checkOptions(options: GuardTextOptions) {
  checkKeys(options, KEYS);
  const { detector = {}, maxHold = 512, maxRepairs = 4, actions = TEXT_REPAIR_ACTIONS } = options;
  const { patience = 64, penalty = 0.5, temperature = 0.3, countTokens = countWords } = options;
  checkInteger('maxHold', maxHold, 0);
  checkInteger('maxRepairs', maxRepairs, 0);
  checkInteger('patience', patience, 0);
  checkNumber('penalty', penalty, 'a number > 0', (value) => value > 0);
  checkNumber('temperature', temperature, 'a number > 0', (value) => value > 0);
  for (const action of actions) {
    if (!TEXT_REPAIR_ACTIONS.includes(action)) {
      throw fail('decode/option', {
        option: 'actions',
        rule: TEXT_REPAIR_ACTIONS.join(' | '),
        value: action,
      });
    }
  }
  return { detector, maxHold, maxRepairs, actions, patience, penalty, temperature, countTokens };
}

/** Words, ideographs and marks; spaces belong to what follows. */
function countWords(text: string): number {
  const splitter = createPieceSplitter();
  return [...splitter.push(text), ...splitter.flush()].filter((piece) => piece.trim() !== '').length;
}

interface Piece {
  readonly text: string;
  readonly tokens: readonly TokenScore[];
}

interface Text {
  readonly index: number;
  readonly splitter: PieceSplitter;
  readonly watch: Watch<Piece>;
  readonly ladder: Ladder;
  readonly stops: StopMatcher;
  /** Every piece so far, those that wait included. */
  readonly pieces: string[];
  /** Scores that came without a whole piece. */
  tokens: TokenScore[];
  /** Tokens written before the present request. */
  written: number;
  stop: string | undefined;
}

/** A request and the texts that it writes, by its own index; one that has ended or was taken away is gone. */
interface Job<Request> {
  readonly request: Request;
  readonly texts: (Text | undefined)[];
}

async function* guardRequest<Request extends GuardableRequest>(
  model: TextModel<Request>,
  request: Request,
  settings: Settings,
): AsyncGenerator<GenerationPart, void> {
  const { n = 1, stop = [] } = request;
  const vocabulary = createVocabulary();
  const stops = typeof stop === 'string' ? [stop] : stop;
  const texts = Array.from({ length: n }, (_, index) =>
    createText(index, stops, vocabulary.classify, settings),
  );
  // NOTE: a repair waits for the end of the request that writes the other texts, if there are others.
  const jobs: Job<Request>[] = [{ request, texts }];
  for (let job = jobs.shift(); job; job = jobs.shift()) yield* work(job);

  async function* work({
    request: current,
    texts: open,
  }: Job<Request>): AsyncGenerator<GenerationPart, void> {
    const { controller, release } = followSignal(request.signal);
    /** Whether the endpoint still writes a text that nobody reads. */
    let isLeft = false;
    try {
      for await (const part of model.generate({ ...current, signal: controller.signal })) {
        const place = part.index ?? 0;
        const text = open[place];
        if (!text) continue;
        if (part.type === 'loop-repaired') yield { ...part, index: text.index };
        else if (part.type === 'text-delta') {
          if (part.tokens) text.tokens.push(...part.tokens);
          const loop = read(text, text.splitter.push(part.text), vocabulary.idOf);
          if (!loop) yield* show(text);
          if (loop || text.stop !== undefined) {
            open[place] = undefined;
            isLeft = true;
          }
          if (loop) yield* repair(text, loop, current);
          else if (text.stop !== undefined) yield finish(text, 'stop');
        } else {
          open[place] = undefined;
          yield* end(text, part, current);
        }
        if (isLeft && !open.some(Boolean)) {
          controller.abort();
          break;
        }
      }
    } finally {
      release();
    }
  }

  /** The endpoint has ended a text. */
  async function* end(
    text: Text,
    part: GenerationPart & { readonly type: 'finish' },
    current: Request,
  ): AsyncGenerator<GenerationPart, void> {
    const { watch, splitter } = text;
    if (part.reason === 'aborted') return void (yield finish(text, 'aborted', part));
    const loop =
      read(text, splitter.flush(), vocabulary.idOf) ??
      (part.reason === 'length' ? loopAtEnd(watch) : undefined);
    if (loop) return yield* repair(text, loop, current);
    yield* show(text, true);
    yield finish(text, text.stop === undefined ? part.reason : 'stop', part);
  }

  async function* repair(text: Text, loop: Loop, current: Request): AsyncGenerator<GenerationPart, void> {
    const { watch, ladder, pieces, index } = text;
    const { cut, action } = ladder.plan(loop, watch.ids, watch.shown, 0);
    // A prompt that ends in a space is read badly by most models: it is written again.
    let length = cut;
    while (action !== 'stop' && length > watch.shown && pieces[length - 1] === ' ') length--;
    watch.rewind(length);
    pieces.length = length;
    text.splitter.clear();
    text.tokens = [];
    const clean = pieces.join('');
    text.written = settings.countTokens(clean);
    yield { type: 'loop-repaired', index, onset: loop.onset, period: loop.period, action };
    const left = (request.maxTokens ?? Number.POSITIVE_INFINITY) - text.written;
    if (action !== 'stop' && left >= 1) {
      const { n: _n, ...rest } = current;
      const changed = {
        ...rest,
        prompt: request.prompt + clean,
        ...(request.maxTokens !== undefined && { maxTokens: left }),
        ...changeOf(action as TextRepairAction, current, ladder.repairs, settings),
      };
      jobs.push({ request: changed as Request, texts: [text] });
      return;
    }
    yield* show(text, true);
    yield finish(text, text.stop !== undefined ? 'stop' : action === 'stop' ? 'loop' : 'length');
  }

  /** Shows what is no longer suspect, or everything, up to a stop string. */
  function* show(text: Text, all = false): Generator<GenerationPart, void> {
    let shown = '';
    const tokens: TokenScore[] = [];
    while (text.stop === undefined) {
      const piece = text.watch.next(all);
      if (!piece) break;
      tokens.push(...piece.tokens);
      const found = text.stops.push(piece.text);
      shown += found.text;
      text.stop = found.stop;
    }
    if (all && text.stop === undefined) shown += text.stops.flush();
    if (all) tokens.push(...text.tokens.splice(0));
    if (shown === '' && tokens.length === 0) return;
    yield { type: 'text-delta', index: text.index, text: shown, ...(tokens.length > 0 && { tokens }) };
  }

  function finish(
    { index, watch, ladder, pieces, written, stop: found }: Text,
    reason: FinishReason,
    part?: GenerationPart & { readonly type: 'finish' },
  ): GenerationPart {
    const { shown, discarded, longestHold } = watch;
    const guard = {
      repairs: ladder.repairs,
      discardedTokens: discarded + watch.ids.length - shown,
      longestHold,
    };
    const isWhole = part !== undefined && ladder.repairs === 0;
    return {
      ...part,
      type: 'finish',
      index,
      reason,
      promptTokens: isWhole ? part.promptTokens : settings.countTokens(request.prompt),
      completionTokens:
        part === undefined
          ? settings.countTokens(pieces.slice(0, shown).join(''))
          : written + part.completionTokens,
      ...(found !== undefined && { stop: found }),
      guard,
    };
  }
}

function createText(
  index: number,
  stops: readonly string[],
  classify: (id: number) => TokenClass,
  settings: Settings,
): Text {
  const { detector, maxHold } = settings;
  return {
    index,
    splitter: createPieceSplitter(),
    watch: createWatch<Piece>(detectorMaker(detector, { classify }), maxHold),
    ladder: createLadder(settings),
    stops: createStopMatcher(stops),
    pieces: [],
    tokens: [],
    written: 0,
    stop: undefined,
  };
}

/** Adds pieces up to the first loop that is certain. The scores that came with them go with the first. */
function read(text: Text, pieces: readonly string[], idOf: (piece: string) => number): Loop | undefined {
  for (const piece of pieces) {
    text.pieces.push(piece);
    const loop = text.watch.push(idOf(piece), { text: piece, tokens: text.tokens });
    text.tokens = [];
    if (loop) return loop;
  }
  return undefined;
}

function changeOf(
  action: TextRepairAction,
  { seed = 0, temperature = 1, frequencyPenalty = 0 }: GuardableRequest,
  repairs: number,
  settings: Settings,
): Partial<GuardableRequest> {
  switch (action) {
    case 'swap':
      return { seed: seed + repairs };
    case 'penalty':
      return { frequencyPenalty: frequencyPenalty + settings.penalty };
    case 'temperature':
      return { temperature: temperature + settings.temperature };
  }
}

/** Ids for pieces, and what they are. */
function createVocabulary() {
  const ids = new Map<string, number>();
  const classes: TokenClass[] = [];
  return {
    idOf(piece: string): number {
      let id = ids.get(piece);
      if (id === undefined) {
        ids.set(piece, (id = ids.size));
        classes.push(classifyToken(piece));
      }
      return id;
    },
    classify: (id: number): TokenClass => classes[id],
  };
}
