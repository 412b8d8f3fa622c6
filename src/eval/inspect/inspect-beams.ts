/** The tree of a beam search: which beginnings were kept at each step, and what each of them could have said. */

import { nextTurn, topIds } from '../../decode/index.ts';
import type { Ids } from '../../repeat/index.ts';
import type { LanguageModel, Sequence, Tokenizer } from '../../types.ts';
import { expectationOf, type Piece, pieceOf } from './inspect-pieces.ts';
import { checkBetween, checkText } from './inspect-read.ts';

/** A token that was a candidate at some step. */
export interface BeamNode extends Piece {
  /** Place in `nodes` of the token before it; −1: the text. */
  readonly parent: number;
  /** Steps from the text; 1 is the first. */
  readonly depth: number;
  readonly probability: number;
  /** Sum of the log-probabilities from the text to here. */
  readonly score: number;
  /** Whether the search went on from it, or ended with it. */
  readonly isKept: boolean;
  readonly isEnd?: true;
}

export interface BeamTree {
  /** Step by step, the best of each step first. */
  readonly nodes: readonly BeamNode[];
  /** Nodes of the best text, first to last. */
  readonly best: readonly number[];
}

export interface BeamTreeOptions {
  /** Beginnings kept at each step. Default 3. */
  readonly beams?: number;
  readonly steps?: number;
  readonly signal?: AbortSignal;
}

interface Beam {
  readonly sequence: Sequence;
  readonly logits: Float32Array;
  readonly node: number;
  readonly score: number;
}

/** Plain beam search by the sum of log-probabilities, with every candidate written down. A text that ends is kept apart. */
export async function beamTree(
  model: LanguageModel,
  tokenizer: Tokenizer,
  ids: Ids,
  { beams: width = 3, steps = 6, signal }: BeamTreeOptions = {},
): Promise<BeamTree> {
  checkText('beamTree', model, ids);
  checkBetween('beamTree', 'beams', width, [1, 8]);
  checkBetween('beamTree', 'steps', steps, [1, Math.min(16, model.contextLength - ids.length + 1)]);
  const nodes: BeamNode[] = [];
  const open = new Set<Sequence>();
  const own = (sequence: Sequence): Sequence => {
    open.add(sequence);
    return sequence;
  };
  try {
    const root = own(model.open());
    const [{ logits }] = model.step([{ sequence: root, ids, prefix: ids.length }]);
    let beams: Beam[] = [{ sequence: root, logits: logits[0], node: -1, score: 0 }];
    for (let depth = 1; depth <= steps && beams.length > 0; depth++) {
      await nextTurn();
      signal?.throwIfAborted();
      const children = beams
        .flatMap((beam) => candidatesOf(tokenizer, beam, width + 1).map((child) => ({ beam, ...child })))
        .sort((a, b) => b.score - a.score);
      let kept = 0;
      const going: { beam: Beam; id: number; node: number; score: number }[] = [];
      for (const { beam, id, probability, score } of children) {
        const isEnd = id === tokenizer.eosId;
        const isKept = kept < width;
        if (isKept && !isEnd) {
          kept++;
          going.push({ beam, id, node: nodes.length, score });
        }
        const piece = pieceOf(tokenizer, id);
        nodes.push({
          ...piece,
          parent: beam.node,
          depth,
          probability,
          score,
          isKept,
          ...(isEnd && { isEnd }),
        });
      }
      if (depth === steps) break;
      const next = going.map(({ beam, id, node, score }) => ({
        sequence: own(beam.sequence.fork()),
        ids: [id],
        node,
        score,
      }));
      for (const { sequence } of beams) {
        open.delete(sequence);
        sequence.close();
      }
      const results = model.step(next);
      beams = next.map(({ sequence, node, score }, i) => ({
        sequence,
        node,
        score,
        logits: results[i].logits[0],
      }));
    }
  } finally {
    for (const sequence of open) sequence.close();
  }
  return { nodes, best: bestPath(nodes) };
}

function candidatesOf(
  tokenizer: Tokenizer,
  { logits, score }: Beam,
  count: number,
): { id: number; probability: number; score: number }[] {
  const { logprobOf } = expectationOf(tokenizer, logits, 0);
  return topIds(logits, Math.min(count, logits.length)).map((id) => ({
    id,
    probability: Math.exp(logprobOf(id)),
    score: score + logprobOf(id),
  }));
}

/** From the best kept text, of those that ended and those of the last step, back to the beginning. */
function bestPath(nodes: readonly BeamNode[]): number[] {
  const last = Math.max(...nodes.map(({ depth }) => depth));
  let best = -1;
  nodes.forEach(({ isKept, isEnd, depth, score }, i) => {
    const isWhole = isKept && (isEnd || depth === last);
    if (isWhole && (best < 0 || score > nodes[best].score)) best = i;
  });
  const path: number[] = [];
  for (let node = best; node >= 0; node = nodes[node].parent) path.unshift(node);
  return path;
}
