/**
 * Rows of training data. A row is a pure function of its number: resuming a run needs the number of the step and nothing else.
 * Everywhere `targets[i]` is the token that follows `inputs[0..i]`; −1 marks a place that does not count.
 */

import { createRng, type Rng, shuffle } from '../rng.ts';
import { fail } from './errors.ts';
import type { TokenSource } from './tokens.ts';

/** The target of a place that does not count in the loss. */
export const IGNORE = -1;

/** Rows by number, from 0 on without end. */
export interface RowSource {
  readonly contextLength: number;
  /** Rows after which every token has been a target once; `undefined` for rows sampled at random. */
  readonly rowsPerEpoch: number | undefined;
  /** Writes row `row` to `inputs[at…]` and `targets[at…]`, `contextLength` places each. */
  fill(row: number, inputs: Int32Array, targets: Int32Array, at: number): void;
}

interface RowOptions {
  readonly tokens: TokenSource;
  readonly contextLength: number;
}

function checkTokens({ tokens, contextLength }: RowOptions): void {
  if (!Number.isSafeInteger(contextLength) || contextLength < 1) {
    throw fail('data/option', { where: 'batches', option: 'contextLength', rule: '≥ 1', got: contextLength });
  }
  if (tokens.length === 0) throw fail('data/empty', { where: 'batches' });
}

/** Windows at random places, each place equally likely, as nanoGPT samples them. */
export function windowRows(options: RowOptions & { readonly seed: number }): RowSource {
  const { tokens, contextLength, seed } = options;
  checkTokens(options);
  const places = tokens.length - contextLength;
  if (places < 1) throw fail('data/too-short', { tokens: tokens.length, contextLength });
  const rng = createRng(seed).split('windows');
  const window = new Int32Array(contextLength + 1);
  return {
    contextLength,
    rowsPerEpoch: undefined,
    fill(row, inputs, targets, at) {
      // Two 32-bit draws make 53 bits: any corpus is sampled evenly.
      rng.position = row * 2;
      const unit = rng.uniform() + rng.uniform() / 2 ** 32;
      const start = Math.min(places - 1, Math.floor(unit * places));
      tokens.read(start, contextLength + 1, window, 0);
      inputs.set(window.subarray(0, contextLength), at);
      targets.set(window.subarray(1), at);
    },
  };
}

/** The tokens in order, each a target once except the very first; the last row is filled up with ignored places. For evaluation. */
export function sequenceRows(options: RowOptions): RowSource {
  const { tokens, contextLength } = options;
  checkTokens(options);
  if (tokens.length < 2) throw fail('data/too-short', { tokens: tokens.length, contextLength });
  const rowsPerEpoch = Math.ceil((tokens.length - 1) / contextLength);
  const window = new Int32Array(contextLength + 1);
  return {
    contextLength,
    rowsPerEpoch,
    fill(row, inputs, targets, at) {
      const start = (row % rowsPerEpoch) * contextLength;
      const count = Math.min(contextLength, tokens.length - 1 - start);
      tokens.read(start, count + 1, window, 0);
      for (let i = 0; i < contextLength; i++) {
        inputs[at + i] = i < count ? window[i] : 0;
        targets[at + i] = i < count ? window[i + 1] : IGNORE;
      }
    },
  };
}

export interface DocumentRowOptions extends RowOptions {
  /** Where documents begin; by default what the tokens know. */
  readonly starts?: ArrayLike<number>;
  readonly seed: number;
  /** The end token: it stands before each document's first token. Documents are expected to end with it. */
  readonly eosId: number;
  /**
   * `true`: a document that fits a row is never cut; rows are filled up with ignored places.
   * `false` (default): documents follow one another without a gap.
   */
  readonly whole?: boolean;
}

/** Documents in an order that is shuffled anew for every epoch; in each epoch every token is a target exactly once. */
export function documentRows(options: DocumentRowOptions): RowSource {
  checkTokens(options);
  const starts = options.starts ?? options.tokens.starts ?? [0, options.tokens.length];
  return options.whole ? wholeDocumentRows(options, starts) : streamedDocumentRows(options, starts);
}

/** Documents of an epoch as one stream, cut into rows. */
function streamedDocumentRows(options: DocumentRowOptions, starts: ArrayLike<number>): RowSource {
  const { tokens, contextLength, seed, eosId } = options;
  const count = starts.length - 1;
  const order = new Uint32Array(count);
  /** Where the i-th document of this epoch's order begins in the stream. */
  const begins = new Float64Array(count + 1);
  const shuffles = createRng(seed).split('documents');
  const rowsPerEpoch = Math.ceil(tokens.length / contextLength);
  let shuffled = -1;
  const shuffleFor = (epoch: number) => {
    if (epoch === shuffled) return;
    shufflePlaces(order, shuffles.split(epoch));
    for (let i = 0; i < count; i++) begins[i + 1] = begins[i] + starts[order[i] + 1] - starts[order[i]];
    shuffled = epoch;
  };
  return {
    contextLength,
    rowsPerEpoch,
    fill(row, inputs, targets, at) {
      shuffleFor(Math.floor(row / rowsPerEpoch));
      const from = (row % rowsPerEpoch) * contextLength;
      const to = Math.min(from + contextLength, tokens.length);
      let place = lastAtMost(begins, from);
      for (let position = from; position < to; place++) {
        const document = order[place];
        const take = Math.min(begins[place + 1], to) - position;
        tokens.read(starts[document] + position - begins[place], take, targets, at + position - from);
        position += take;
      }
      for (let i = to - from; i < contextLength; i++) targets[at + i] = IGNORE;
      inputs[at] = from === 0 ? eosId : tokenBefore(from);
      for (let i = 1; i < contextLength; i++) inputs[at + i] = i <= to - from ? targets[at + i - 1] : eosId;
    },
  };

  function tokenBefore(position: number): number {
    const one = new Int32Array(1);
    const place = lastAtMost(begins, position - 1);
    tokens.read(starts[order[place]] + position - 1 - begins[place], 1, one, 0);
    return one[0];
  }
}

/**
 * The same rows for a prefix LM: the first targets of each are hidden, at least one is left. `share`: of the targets of a row, for
 * evaluation; without it as many as chance says, every number equally likely, drawn anew for each row.
 */
export function prefixRows(
  rows: RowSource,
  options: { readonly share: number } | { readonly seed: number },
): RowSource {
  const rng = 'seed' in options ? createRng(options.seed).split('prefix') : undefined;
  const shareOf = (row: number): number => {
    if (!rng) return (options as { readonly share: number }).share;
    rng.position = row;
    return rng.uniform();
  };
  return {
    ...rows,
    fill(row, inputs, targets, at) {
      rows.fill(row, inputs, targets, at);
      let end = rows.contextLength;
      while (end > 0 && targets[at + end - 1] === IGNORE) end--;
      targets.fill(IGNORE, at, at + Math.min(end - 1, Math.floor(shareOf(row) * end)));
    },
  };
}

/** Rows made of whole documents (and of pieces of those longer than a row), packed once; the rows are shuffled for every epoch. */
function wholeDocumentRows(options: DocumentRowOptions, starts: ArrayLike<number>): RowSource {
  const { tokens, contextLength, seed, eosId } = options;
  const { firstPiece, pieceFrom, pieceCount } = packPieces(
    starts,
    contextLength,
    createRng(seed).split('packing'),
  );
  const rowsPerEpoch = firstPiece.length - 1;
  const packedIn = epochOrder(rowsPerEpoch, createRng(seed).split('documents'));
  return {
    contextLength,
    rowsPerEpoch,
    fill(row, inputs, targets, at) {
      const packed = packedIn(row);
      let i = at;
      for (let piece = firstPiece[packed]; piece < firstPiece[packed + 1]; piece++) {
        const [from, count] = [Math.abs(pieceFrom[piece]), pieceCount[piece]];
        tokens.read(from, count, targets, i);
        // A negative place marks a piece that goes on in the middle of its document.
        if (pieceFrom[piece] < 0) tokens.read(from - 1, 1, inputs, i);
        else inputs[i] = eosId;
        inputs.set(targets.subarray(i, i + count - 1), i + 1);
        i += count;
      }
      inputs.fill(eosId, i, at + contextLength);
      targets.fill(IGNORE, i, at + contextLength);
    },
  };
}

/** Best fit: each piece, in a shuffled order, goes to the fullest row that still has room for it. Rows as lists of pieces. */
function packPieces(starts: ArrayLike<number>, contextLength: number, rng: Rng) {
  const order = new Uint32Array(starts.length - 1);
  shufflePlaces(order, rng);
  let pieces = 0;
  for (const document of order)
    pieces += Math.ceil((starts[document + 1] - starts[document]) / contextLength);
  const from = new Float64Array(pieces);
  const count = new Uint32Array(pieces);
  const rowOf = new Uint32Array(pieces);
  /** Rows by the room they have left. */
  const withRoom: number[][] = Array.from({ length: contextLength + 1 }, () => []);
  let rows = 0;
  let piece = 0;
  for (const document of order) {
    for (let start = starts[document]; start < starts[document + 1]; start += contextLength, piece++) {
      const size = Math.min(contextLength, starts[document + 1] - start);
      let room = size;
      while (room <= contextLength && withRoom[room].length === 0) room++;
      const row = room <= contextLength ? (withRoom[room].pop() as number) : rows++;
      withRoom[Math.min(room, contextLength) - size].push(row);
      from[piece] = start === starts[document] ? start : -start;
      count[piece] = size;
      rowOf[piece] = row;
    }
  }
  return groupByRow(from, count, rowOf, rows);
}

/** Pieces in order of their rows (counting sort), and where each row's begin. */
function groupByRow(from: Float64Array, count: Uint32Array, rowOf: Uint32Array, rows: number) {
  const firstPiece = new Uint32Array(rows + 1);
  for (const row of rowOf) firstPiece[row + 1]++;
  for (let row = 0; row < rows; row++) firstPiece[row + 1] += firstPiece[row];
  const next = firstPiece.slice();
  const pieceFrom = new Float64Array(from.length);
  const pieceCount = new Uint32Array(from.length);
  rowOf.forEach((row, piece) => {
    const place = next[row]++;
    pieceFrom[place] = from[piece];
    pieceCount[place] = count[piece];
  });
  return { firstPiece, pieceFrom, pieceCount };
}

/** Which of `count` things stands in a row: all of them in every epoch, each time in another order. */
export function epochOrder(count: number, rng: Rng): (row: number) => number {
  const order = new Uint32Array(count);
  let shuffled = -1;
  return (row) => {
    const epoch = Math.floor(row / count);
    if (epoch !== shuffled) {
      shufflePlaces(order, rng.split(epoch));
      shuffled = epoch;
    }
    return order[row % count];
  };
}

/** All places of `order` in a random order. In place. */
export function shufflePlaces(order: Uint32Array, rng: Rng): void {
  for (let i = 0; i < order.length; i++) order[i] = i;
  shuffle(order, rng);
}

/** The last index whose value is at most `value`; values ascend. */
function lastAtMost(values: Float64Array, value: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (values[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
