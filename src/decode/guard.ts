/**
 * A guard between a strategy and its reader. It holds back what may be the start of a loop; when a loop is certain it goes
 * back to the clean text, on the model's memory of it, and has the strategy write on with the least change that helps.
 */

import { InkstoneError } from '../errors.ts';
import type { Loop, LoopDetector, LoopDetectorOptions } from '../repeat/index.ts';
import { createRng } from '../rng.ts';
import type { FinishReason, StepResult } from '../types.ts';
import { fail } from './errors.ts';
import {
  createLadder,
  type Ladder,
  REPAIR_ACTIONS,
  type Repair,
  type RepairAction,
  type RepairPlan,
} from './guard-repair.ts';
import { type Kept, type TrackedModel, trackModel } from './guard-sequences.ts';
import { createWatch, detectorMaker, loopAtEnd, type MakeDetector, type Watch } from './guard-watch.ts';
import { checkInteger, checkKeys, checkNumber } from './options.ts';
import { type ChosenScore, createScorer } from './scores.ts';
import { type StepWaiter, stepTogether } from './step-together.ts';
import type {
  DecodeEvent,
  DecodeTask,
  FinishEvent,
  Reply,
  StepCall,
  Strategy,
  TokenEvent,
  Verdict,
} from './strategy.ts';

export interface GuardOptions {
  /** What a loop is: options of `createLoopDetector`, or a detector of your own for each text. */
  readonly detector?: LoopDetectorOptions | (() => LoopDetector);
  /** The most tokens of a text that wait to be shown. Default 512. */
  readonly maxHold?: number;
  /** The most repairs of a text; with the next loop it ends. Default 8. */
  readonly maxRepairs?: number;
  /** What is tried against a loop, one after another. Default: all, in the order of `REPAIR_ACTIONS`. */
  readonly actions?: readonly RepairAction[];
  /** A loop that comes back within so many tokens of the last cut is the same one. Default 64. */
  readonly patience?: number;
  /** What `penalty` takes from the logit of a token for each token of the phrase said again before it. Default 2. */
  readonly penalty?: number;
  /** The temperature of `temperature`. Default 0.7. */
  readonly temperature?: number;
}

interface Settings extends Required<Omit<GuardOptions, 'detector'>> {
  readonly createDetector: MakeDetector;
}

/**
 * The same strategy, with a reader who never sees a loop. A text without one passes unchanged, token for token. A text with
 * one is taken back to the end of the first copy, as far as it was not shown, and written on with the next of `actions`;
 * each time a `loop-repaired` event is offered, and from then on half the detector's threshold is enough. When nothing helps it ends with the reason `loop`. A text that reaches its
 * maximum in the middle of two equal copies (`endLoop`) counts as looping too.
 *
 * `maxTokens` counts what the reader gets. Each text is guarded by itself; same seed, same texts. What waits when the reader
 * aborts is never shown. The `finish` of a text says what was done (`guard`).
 *
 * @example
 * for await (const event of generateTokens(model, ids, { strategy: guarded(greedySearch()) })) …
 */
export function guarded(strategy: Strategy, options: GuardOptions = {}): Strategy {
  const settings = checkGuard(options);
  return (task) => guardTask(strategy, task, settings);
}

function checkGuard(options: GuardOptions): Settings {
  const {
    detector = {},
    maxHold = 512,
    maxRepairs = 8,
    actions = REPAIR_ACTIONS,
    patience = 64,
    penalty = 2,
    temperature = 0.7,
  } = options;
  checkKeys(options, ['detector', 'maxHold', 'maxRepairs', 'actions', 'patience', 'penalty', 'temperature']);
  checkInteger('maxHold', maxHold, 0);
  checkInteger('maxRepairs', maxRepairs, 0);
  checkInteger('patience', patience, 0);
  checkNumber('penalty', penalty, 'a number > 0', (value) => value > 0);
  checkNumber('temperature', temperature, 'a number > 0', (value) => value > 0);
  for (const action of actions) {
    if (!REPAIR_ACTIONS.includes(action)) {
      throw fail('decode/option', { option: 'actions', rule: REPAIR_ACTIONS.join(' | '), value: action });
    }
  }
  const createDetector = detectorMaker(detector);
  createDetector(false);
  return { createDetector, maxHold, maxRepairs, actions, patience, penalty, temperature };
}

/** One of the texts, whichever run writes it at the moment. */
interface Text {
  readonly index: number;
  readonly watch: Watch<TokenEvent>;
  readonly ladder: Ladder;
}

/** The inner strategy at work: on all texts at first, on one text after a repair. */
interface Run {
  /** By the index that the inner strategy gives them; one that has ended or was taken away is gone. */
  readonly texts: (Text | undefined)[];
  /** How long its texts were when it began. */
  readonly start: number;
  readonly inner: ReturnType<Strategy>;
  readonly tracked: TrackedModel;
  readonly repair: Repair | undefined;
  /** What the model itself thought of tokens whose logits were edited, by the ids written in this run. */
  readonly scores: Map<string, (chosen: number) => ChosenScore>;
  /** The step that it waits for. */
  call: StepCall | undefined;
  reply: Reply;
}

type Guarding<Result = void> = Generator<StepCall | DecodeEvent, Result, Reply>;

function* guardTask(strategy: Strategy, task: DecodeTask, settings: Settings): Guarding {
  const { promptIds, logprobs } = task;
  const runs: Run[] = [];

  const begin = (texts: readonly Text[], seed: number, again?: { kept?: Kept; repair: Repair }): void => {
    const written = again ? texts[0].watch.ids : [];
    const tracked = trackModel(task.model, again?.kept);
    const inner = strategy({
      ...task,
      model: tracked.model,
      promptIds: [...promptIds, ...written],
      n: texts.length,
      maxTokens: task.maxTokens - written.length,
      seed,
    });
    const start = written.length;
    const state = { scores: new Map(), call: undefined, reply: undefined };
    runs.push({ texts: [...texts], start, inner, tracked, repair: again?.repair, ...state });
  };

  const end = (run: Run): void => {
    run.inner.return();
    run.tracked.close();
  };

  /** Another seed for each repair of each text, whatever the other texts do. */
  const seedOf = ({ index, ladder }: Text): number =>
    createRng(task.seed)
      .split(`guard ${index} ${ladder.repairs}`)
      .integer(2 ** 32);

  /** Lets a run go on until it wants a step or has nothing left to write. */
  function* goOn(run: Run): Guarding {
    let { reply } = run;
    run.call = undefined;
    run.reply = undefined;
    while (run.texts.some(Boolean)) {
      const { value: event, done } = run.inner.next(reply);
      if (done) break;
      if (event.type === 'step') {
        run.call = event;
        return;
      }
      const text = run.texts[event.index];
      if (text) reply = yield* take(run, text, event);
      else reply = event.type === 'token' ? { type: 'finish', reason: 'stop' } : undefined;
    }
    end(run);
  }

  /** Takes an event of the inner strategy; returns what it is answered. */
  function* take(run: Run, text: Text, event: DecodeEvent): Guarding<Verdict | undefined> {
    const { watch, ladder, index } = text;
    const leave = (): void => void (run.texts[event.index] = undefined);

    if (event.type === 'loop-repaired') {
      yield { ...event, index };
      return undefined;
    }
    if (event.type === 'token') {
      const loop = watch.push(event.id, { ...event, ...modelScore(run, text, event), index });
      if (loop) {
        leave();
        yield* repair(run, text, loop);
        return { type: 'finish', reason: 'loop' };
      }
      const verdict = yield* show(text);
      if (verdict) leave();
      return verdict;
    }
    leave();
    const loop = event.reason === 'length' ? loopAtEnd(watch) : undefined;
    if (loop) yield* repair(run, text, loop);
    else if (run.repair && watch.ids.length - run.start < EDITED_FIRST && isStuck(event.error)) {
      const plan = ladder.next(watch.shown, seedOf(text));
      yield* carryOut(run, text, plan, { onset: plan.cut, period: 0 });
    } else if (!(yield* show(text, true))) yield finish(text, event.reason, event);
    return undefined;
  }

  function* repair(run: Run, text: Text, loop: Loop): Guarding {
    const { watch, ladder } = text;
    yield* carryOut(run, text, ladder.plan(loop, watch.ids, watch.shown, seedOf(text)), loop);
  }

  /** Cuts the text; then another run writes on, or the text ends. */
  function* carryOut(
    run: Run,
    text: Text,
    { cut, action, repair }: RepairPlan,
    { onset, period }: Pick<Loop, 'onset' | 'period'>,
  ): Guarding {
    text.watch.rewind(cut);
    if (action !== 'stop') {
      const kept = run.tracked.keep([...promptIds, ...text.watch.ids]);
      begin([text], seedOf(text), { kept, repair });
    }
    yield { type: 'loop-repaired', index: text.index, onset, period, action };
    if (action === 'stop' && !(yield* show(text, true))) yield finish(text, 'loop');
  }

  /** Shows what is no longer suspect, or everything; when the reader has enough, the text ends. */
  function* show(text: Text, all = false): Guarding<Verdict | undefined> {
    for (let token = text.watch.next(all); token; token = text.watch.next(all)) {
      const verdict = (yield token) as Verdict | undefined;
      if (!verdict) continue;
      yield finish(text, verdict.reason);
      return verdict;
    }
    return undefined;
  }

  function finish({ index, watch, ladder }: Text, reason: FinishReason, inner?: FinishEvent): FinishEvent {
    const { shown, discarded, longestHold } = watch;
    const waiting = watch.ids.length - shown;
    const guard = { repairs: ladder.repairs, discardedTokens: discarded + waiting, longestHold };
    return { ...inner, type: 'finish', index, reason, completionTokens: shown, guard };
  }

  /** A run's step as the model understands it; the answer is edited where a repair wants that. */
  function waiterOf(run: Run): StepWaiter {
    const { call, tracked, repair } = run as Run & { readonly call: StepCall };
    const batch = call.batch.map(({ choice, ...request }) => ({
      ...tracked.translate(request, call.wants),
      // Rows that are edited are chosen from afterwards.
      ...(!repair && { choice }),
    }));
    return {
      call: { ...call, batch },
      answer(results) {
        if (repair) editRows(run, repair, results);
        run.reply = results;
      },
    };
  }

  function editRows(
    { call, tracked, start, scores }: Run,
    repair: Repair,
    results: readonly StepResult[],
  ): void {
    call?.batch.forEach(({ sequence }, i) => {
      const ids = tracked.idsOf(sequence);
      // What reads along with another prompt is not the text.
      if (!ids || !promptIds.every((id, at) => ids[at] === id)) return;
      const rows = results[i].logits;
      rows.forEach((row, r) => {
        const length = ids.length - rows.length + 1 + r;
        const position = length - promptIds.length;
        const edit = position < start ? undefined : repair(ids, length, position);
        if (!edit) return;
        if (logprobs !== undefined) {
          scores.set(ids.slice(promptIds.length + start, length).join(), createScorer(logprobs)(row));
        }
        edit(row);
      });
    });
  }

  try {
    const texts = Array.from({ length: task.n }, (_, index) => createText(index, settings));
    begin(texts, task.seed);
    while (runs.length > 0) {
      // NOTE: a repair adds a run to the list, which gets its turn in the same round.
      for (let i = 0; i < runs.length; i++) yield* goOn(runs[i]);
      runs.splice(0, runs.length, ...runs.filter(({ call }) => call !== undefined));
      yield* stepTogether(runs.map(waiterOf));
    }
  } finally {
    for (const run of runs) end(run);
  }
}

function createText(index: number, settings: Settings): Text {
  const watch = createWatch<TokenEvent>(settings.createDetector, settings.maxHold);
  return { index, watch, ladder: createLadder(settings) };
}

/** The score that the model gave to a token whose logits were edited; nothing for any other token. */
function modelScore({ scores, start }: Run, { watch }: Text, { id }: TokenEvent): ChosenScore {
  if (scores.size === 0) return {};
  const key = watch.ids.slice(start).join();
  const score = scores.get(key)?.(id) ?? {};
  scores.delete(key);
  return score;
}

/** How many tokens after a cut may have been the only ones allowed. */
const EDITED_FIRST = 2;

/** Errors of a place where nothing may be said. */
const STUCK: readonly string[] = ['decode/all-banned', 'decode/banned-all'];

function isStuck(error: unknown): boolean {
  return error instanceof InkstoneError && STUCK.includes(error.code);
}
