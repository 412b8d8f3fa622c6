/**
 * Beam search: keeps the likeliest beginnings and lengthens them together. With groups it is diverse beam search
 * (Vijayakumar et al. 2016). Scores, candidates and the end of the search are those of Hugging Face transformers 4.
 */

import { InkstoneError } from '../errors.ts';
import { createRng } from '../rng.ts';
import type { Sequence } from '../types.ts';
import { bestCandidates, type ChooseCandidates, drawCandidates } from './beam-candidates.ts';
import { type EarlyStopping, type Hypotheses, hypotheses } from './beam-hypotheses.ts';
import { fail } from './errors.ts';
import { createHistory, type History } from './history.ts';
import { logSoftmax } from './log-softmax.ts';
import { checkInteger, checkNumber, checkOneOf } from './options.ts';
import { checkNamedIds, collectProcessors, type ProcessorOptions } from './processor-table.ts';
import type { LogitsProcessor } from './processors.ts';
import { checkLogits, likeliest } from './samplers.ts';
import { type ChosenScore, createScorer, noScores } from './scores.ts';
import { type Scored, sharedTexts } from './shared-texts.ts';
import { type DecodeTask, type Reply, runStep, type StepCall, type Strategy, takeTurn } from './strategy.ts';

/** Processors edit log-probabilities here, not raw logits, each along the beam's own history. */
export interface BeamSearchOptions extends ProcessorOptions {
  /** Beginnings kept at every step. Default 4. */
  readonly beams?: number;
  /** A text is worth (sum of log-probabilities) / length^lengthPenalty: above 0 favours long ones. Default 1. */
  readonly lengthPenalty?: number;
  /**
   * When to stop once as many texts have ended as there are beams: `true` at once; `false` when a text as long as those
   * being written could not be better; `'never'` when none could, however long. Default false.
   */
  readonly earlyStopping?: EarlyStopping;
}

export interface DiverseBeamSearchOptions extends BeamSearchOptions {
  /** Groups into which the beams are divided, evenly. Default 2. */
  readonly groups?: number;
  /** Taken off a token's log-probability for each beam of an earlier group that chose it at this step. Default 1. */
  readonly diversityPenalty?: number;
}

/**
 * The likeliest texts, best first; n of them, at most as many as beams. A token is offered as soon as all beams agree on
 * it, so a reader who stops the only text also stops the search.
 */
export function beamSearch(options: BeamSearchOptions = {}): Strategy {
  return search(options, { groupCount: 1, diversityPenalty: 0, chooseCandidates: bestCandidates });
}

/** Beam search whose candidates are drawn, without replacement, with the probabilities of the texts they would make. */
export function beamSampling(options: BeamSearchOptions = {}): Strategy {
  return search(options, { groupCount: 1, diversityPenalty: 0, chooseCandidates: drawCandidates });
}

/** Beam search in groups, each of which avoids what the groups before it say at the same place. */
export function diverseBeamSearch(options: DiverseBeamSearchOptions = {}): Strategy {
  const { beams = DEFAULT_BEAMS, groups = 2, diversityPenalty = 1 } = options;
  checkBeams(beams);
  checkInteger('groups', groups, 1);
  checkNumber('diversityPenalty', diversityPenalty, 'a number ≥ 0', (penalty) => penalty >= 0);
  if (beams % groups !== 0) throw fail('decode/beam-groups', { beams, groups });
  return search(options, { groupCount: groups, diversityPenalty, chooseCandidates: bestCandidates });
}

const DEFAULT_BEAMS = 4;
/** Each keeps a sequence, and all are read in one step. */
const MOST_BEAMS = 128;

const checkBeams = (beams: number): void =>
  checkNumber(
    'beams',
    beams,
    `an integer from 1 to ${MOST_BEAMS}`,
    (count) => Number.isInteger(count) && count >= 1 && count <= MOST_BEAMS,
  );

/** A text being written. */
interface Beam {
  readonly sequence: Sequence;
  readonly history: History;
  readonly tokens: Scored[];
  /** Sum of the processed log-probabilities of its tokens. */
  readonly score: number;
  /** What the model says comes next. */
  readonly logits: Float32Array;
}

/** A beam with the next token that it is about to read. */
interface Child extends Scored {
  readonly parent: Beam;
  readonly sum: number;
}

interface Group {
  beams: readonly Beam[];
  readonly ended: Hypotheses;
}

interface SearchPlan {
  readonly groupCount: number;
  readonly diversityPenalty: number;
  readonly chooseCandidates: ChooseCandidates;
}

function search(options: BeamSearchOptions, plan: SearchPlan): Strategy {
  const { groupCount, diversityPenalty, chooseCandidates } = plan;
  const { beams: width = DEFAULT_BEAMS, lengthPenalty = 1, earlyStopping = false } = options;
  checkBeams(width);
  checkNumber('lengthPenalty', lengthPenalty, 'a number', () => true);
  checkOneOf('earlyStopping', earlyStopping, [true, false, 'never']);
  checkNumber('temperature', options.temperature ?? 1, 'a number > 0', (t) => t > 0);
  const processors = collectProcessors(options);
  const groupSize = width / groupCount;

  return function* (task: DecodeTask) {
    const { model, promptIds, n, eosIds } = task;
    checkNamedIds(options, model.vocabSize);
    if (n > width) throw fail('decode/option', { option: 'n', rule: `at most the ${width} beams`, value: n });
    const maxTokens = Math.min(task.maxTokens, model.contextLength - promptIds.length + 1);
    const candidateCount = Math.max(2, 1 + eosIds.size) * groupSize;
    const scorer = task.logprobs === undefined ? noScores : createScorer(task.logprobs);
    const rng = createRng(task.seed);
    const texts = sharedTexts(n);
    const sequences = new Set<Sequence>();

    const open = (sequence: Sequence): Sequence => {
      sequences.add(sequence);
      return sequence;
    };
    const close = ({ sequence }: Beam): void => {
      sequences.delete(sequence);
      sequence.close();
    };
    const fork = (beam: Beam): Beam => ({
      ...beam,
      sequence: open(beam.sequence.fork()),
      history: beam.history.fork(),
      tokens: beam.tokens.slice(),
    });

    /** The next beams of a group, best first, added to what was `said`. Texts that end go to its hypotheses. */
    function* lengthen(
      { beams, ended }: Group,
      length: number,
      said: number[],
    ): Generator<StepCall, Child[], Reply> {
      const scores: ((chosen: number) => ChosenScore)[] = [];
      for (const { logits, history } of beams) {
        yield* takeTurn();
        checkLogits(logits, history.ids.length);
        scores.push(scorer(logits));
        logSoftmax(logits);
        for (const id of said) logits[id] -= diversityPenalty;
        processRow(processors, logits, history);
      }
      const rows = beams.map(({ logits }) => logits);
      const sums = beams.map(({ score }) => score);
      const children: Child[] = [];
      const candidates = chooseCandidates(rows, sums, candidateCount, rng);
      for (const [rank, { beam, id, score: sum }] of candidates.entries()) {
        if (!eosIds.has(id)) children.push({ parent: beams[beam], id, sum, score: scores[beam](id) });
        else if (rank < groupSize) ended.add(beams[beam].tokens.slice(), sum, length, 'eos');
        if (children.length === groupSize) break;
      }
      for (const { id } of children) said.push(id);
      const isDone = candidates.length > 0 && ended.isDone(candidates[0].score, length);
      if (length < maxTokens && !isDone) return children;
      if (!isDone) {
        for (const { parent, id, score, sum } of children) {
          ended.add([...parent.tokens, { id, score }], sum, length, 'length');
        }
      }
      return [];
    }

    /** Each child becomes a beam: the first of a parent takes its place, the others fork it; parents without go. */
    const adopt = (parents: readonly Beam[], children: readonly Child[]): Beam[] => {
      const taken = new Set<Beam>();
      const heirs = children.map(({ parent, sum }) => {
        const heir = taken.has(parent) ? fork(parent) : parent;
        taken.add(parent);
        return { ...heir, score: sum };
      });
      for (const parent of parents) if (!taken.has(parent)) close(parent);
      heirs.forEach(({ history, tokens }, i) => {
        const { id, score } = children[i];
        history.push(id);
        tokens.push({ id, score });
      });
      return heirs;
    };

    /** Offers the tokens on which all texts that may still win agree. */
    function* offerSettled(groups: readonly Group[]) {
      const rivals = groups.flatMap(({ beams, ended }) => [...beams, ...ended.list]);
      while (!texts.isOver) {
        const place = texts.length;
        const token: Scored | undefined = rivals[0]?.tokens[place];
        if (!token || rivals.some(({ tokens }) => tokens[place]?.id !== token.id)) return;
        yield* texts.offer(token.id, token.score);
      }
    }

    try {
      if (maxTokens === 0) return yield* texts.finishAll('length');
      const sequence = open(model.open());
      const [{ logits }] = yield* runStep([{ sequence, ids: promptIds, prefix: task.promptLength }]);
      const history = createHistory(promptIds, task.promptLength, { rng: rng.split('processors'), eosIds });
      const first: Beam = { sequence, history, tokens: [], score: 0, logits: logits[0] };
      const groups = Array.from(
        { length: groupCount },
        (_, g): Group => ({
          beams: [g === 0 ? first : { ...fork(first), logits: logits[0].slice() }],
          ended: hypotheses({ size: groupSize, lengthPenalty, earlyStopping, maxTokens }),
        }),
      );

      for (let length = 1; groups.some(({ beams }) => beams.length > 0); length++) {
        /** What the groups before chose at this step. */
        const said: number[] = [];
        for (const group of groups) {
          let children: Child[];
          try {
            children = yield* lengthen(group, length, said);
          } catch (error) {
            return yield* texts.finishAll('error', error);
          }
          group.beams = adopt(group.beams, children);
        }
        yield* offerSettled(groups);
        if (texts.isOver) return;
        const beams = groups.flatMap((group) => group.beams);
        if (beams.length === 0) break;
        const results = yield* runStep(
          beams.map(({ sequence, tokens }) => ({ sequence, ids: [tokens.at(-1)!.id] })),
        );
        let row = 0;
        for (const group of groups) {
          group.beams = group.beams.map((beam) => ({ ...beam, logits: results[row++].logits[0] }));
        }
      }
      const ranked = groups.flatMap(({ ended }) => ended.list).sort((a, b) => b.score - a.score);
      for (const [index, { tokens, reason, score }] of ranked.slice(0, n).entries()) {
        yield* texts.finish(index, tokens.slice(texts.length), reason, score);
      }
      if (!texts.isOver) yield* texts.finishAll('error', tooFew(ranked.length, task));
    } finally {
      for (const sequence of sequences) sequence.close();
    }
  };
}

/** Applies the processors. If they ban everything, the row has no candidates, and only this beam ends. */
function processRow(processors: readonly LogitsProcessor[], logits: Float32Array, history: History): void {
  try {
    for (const process of processors) process(logits, history);
  } catch (error) {
    if (!(error instanceof InkstoneError && error.code === 'decode/banned-all')) throw error;
    logits.fill(Number.NEGATIVE_INFINITY);
  }
  likeliest(logits, history.ids.length);
}

function tooFew(found: number, { n, promptIds, model }: DecodeTask): Error {
  return found === 0
    ? fail('decode/all-banned', { position: promptIds.length, vocabSize: model.vocabSize })
    : fail('decode/too-few-texts', { found, n });
}
