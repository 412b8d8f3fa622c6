/** Packing with a model: every text comes back, at the model's own bits; what is not whole or not ours is refused. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { functionModel, markovModel } from '../../decode/index.ts';
import { InkstoneError } from '../../errors.ts';
import { createRng } from '../../rng.ts';
import { trainBpe, trainCharacters, trainWordPiece } from '../../text/index.ts';
import type { LanguageModel, Tokenizer } from '../../types.ts';
import { ngramLanguageModel, ngramModel } from '../baseline/kneser-ney.ts';
import { decodeTokens, encodeTokens } from './code-tokens.ts';
import { type Packer, packText, unpackText } from './pack-text.ts';
import { packedLimits, readPackedFile, shortHash, writePackedFile } from './packed-file.ts';
import { textPieces } from './text-pieces.ts';

const SENTENCES = [
  'the sea is old and the ship is new. ',
  '山中有水，水中有山。',
  'what the wind wants, the sea does. ',
];
const text = Array.from({ length: 40 }, (_, i) => SENTENCES[(i * i) % 3]).join('\n');

/** A model that counted a text, with a short context so that windows slide. */
function packerOf(tokenizer: Tokenizer, contextLength = 24): Packer {
  const counted = ngramModel(tokenizer.encode(text), { order: 3, vocabSize: tokenizer.vocabSize });
  const model = ngramLanguageModel(counted, { contextLength });
  return { model, tokenizer, hash: shortHash(`counted ${contextLength}`), name: 'counted', engine: 'here' };
}

const characters = trainCharacters([text]);
const packer = packerOf(characters);
const other: Packer = { ...packer, hash: shortHash('other'), name: 'other' };

describe('tokens', () => {
  const ids = Array.from(
    { length: 101 },
    (
      (rng) => () =>
        rng.integer(9)
    )(createRng(3)),
  );

  test.each([
    { lanes: 1, prefixIds: [] },
    { lanes: 1, prefixIds: [2] },
    { lanes: 4, prefixIds: [2] },
    { lanes: 7, prefixIds: [1, 2, 3] },
    { lanes: 200, prefixIds: [] },
  ])('both directions ask the model the same and close what they open: %j', async (options) => {
    for (const contextLength of [1, 2, 8, 64]) {
      const coding = markovModel({ vocabSize: 9, contextLength, seed: 1 });
      const decoding = markovModel({ vocabSize: 9, contextLength, seed: 1 });
      const { code, modelBits } = await encodeTokens(coding, ids, options);
      expect([...(await decodeTokens(decoding, code, ids.length, options))]).toEqual(ids);
      expect([decoding.steps, decoding.tokensRead]).toEqual([coding.steps, coding.tokensRead]);
      expect(coding.openSequences + decoding.openSequences).toBe(0);
      expect(8 * code.length).toBeLessThan(1.001 * modelBits + 16);
      expect(8 * code.length).toBeGreaterThan(modelBits - 24);
    }
  });

  test('the bits are those of the model: of a text it knows by heart none, of the first token log2 V', async () => {
    const next = functionModel({
      vocabSize: 16,
      contextLength: 8,
      logits: (past) => Array.from({ length: 16 }, (_, id) => (id === (past.at(-1)! + 1) % 16 ? 60 : 0)),
    });
    const counting = Array.from({ length: 1000 }, (_, i) => i % 16);
    const { code, modelBits } = await encodeTokens(next, counting);
    expect(modelBits).toBeCloseTo(4, 6);
    expect(code.length).toBeLessThanOrEqual(2);
    // Where a window slides, half of it is read again, and the text goes on as if nothing had happened.
    expect([...(await decodeTokens(next, code, 1000))]).toEqual(counting);
  });

  test('where the context is full the latest half is read again: a model that looks back three tokens notices nothing', async () => {
    const bitsIn = async (contextLength: number) =>
      (await encodeTokens(markovModel({ vocabSize: 9, order: 3, seed: 1, contextLength }), ids)).modelBits;
    expect(await bitsIn(8)).toBeCloseTo(await bitsIn(200), 9);
    expect(Math.abs((await bitsIn(4)) - (await bitsIn(200)))).toBeGreaterThan(1);
  });

  test('it can be stopped, and tells how far it is', async () => {
    const model = markovModel({ vocabSize: 9, seed: 1 });
    const seen: number[] = [];
    const controller = new AbortController();
    const onProgress = (done: number, total: number) => {
      seen.push(done / total);
      if (seen.length === 3) controller.abort();
    };
    const { signal } = controller;
    await expect(encodeTokens(model, ids, { onProgress, signal })).rejects.toThrow('aborted');
    expect(seen).toEqual([0, 16 / 101, 32 / 101]);
    expect(model.openSequences).toBe(0);
  });
});

describe('text', () => {
  test.each([
    ['', 1],
    ['a', 1],
    [text, 1],
    [text, 3],
  ])('comes back, at the bits of the model and a header: %#', async (one, lanes) => {
    const packed = await packText(one, packer, { lanes });
    expect(await unpackText(packed.file, packer)).toBe(one);
    expect(packed.rawBytes).toBe(0);
    expect(8 * packed.codeBytes).toBeLessThanOrEqual(1.001 * packed.modelBits + 16);
    expect(packed.file.length - packed.codeBytes).toBeLessThan(80);
  });

  test('any Unicode text comes back with any tokenizer, also with those that lose some of it', async () => {
    const bpe = await trainBpe([text], { vocabSize: 300 });
    const wordPiece = await trainWordPiece([text], { vocabSize: 120 });
    const lacking = trainCharacters([text], { byteFallback: false });
    const packers = [characters, bpe, wordPiece, lacking].map((tokenizer) => packerOf(tokenizer));
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }).map((one) => one.replace(/\p{Cs}/gu, '')),
      fc
        .array(
          fc.constantFrom(
            'the sea',
            ' ',
            '\n',
            '山',
            '𠮷',
            'é',
            'e\u0301',
            '\ufeff',
            '▁',
            '[UNK]',
            '##s',
            '\0',
            '\r\n',
          ),
          {
            maxLength: 20,
          },
        )
        .map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(
        anyText,
        fc.constantFrom(...packers),
        fc.integer({ min: 1, max: 3 }),
        async (one, by, lanes) => {
          const { file } = await packText(one, by, { lanes });
          expect(await unpackText(file, by)).toBe(one);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('only what cannot be spelled is kept as bytes', () => {
    const lacking = trainCharacters(['the sea '], { byteFallback: false });
    const pieces = textPieces('the sea 𠮷é the sea the €sea', lacking, lacking.vocabSize);
    expect(pieces.map(({ type }) => type)).toEqual(['ids', 'bytes', 'ids', 'bytes', 'ids']);
    expect(pieces[1]).toEqual({ type: 'bytes', bytes: new TextEncoder().encode('𠮷é') });
    expect(pieces[2]).toEqual({ type: 'ids', ids: lacking.encode(' the sea the ') });
    // The middle of é𠮷a is no place to halve it.
    const wide = trainCharacters(['𠮷a'], { byteFallback: false });
    expect(textPieces('é𠮷a', wide, wide.vocabSize)).toEqual([
      { type: 'bytes', bytes: new TextEncoder().encode('é') },
      { type: 'ids', ids: wide.encode('𠮷a') },
    ]);
    // A model with fewer tokens than its tokenizer cannot be asked for the others.
    expect(textPieces('sea', lacking, 2)[0].type).toBe('bytes');
  });

  test('half a character is no text', async () => {
    await expect(packText('a\ud800', packer)).rejects.toThrow(/lone surrogate/);
    await expect(packText('a', packer, { lanes: 0 })).rejects.toThrow(/`lanes` must be an integer ≥ 1/);
    await expect(packText('a', packer, { lanes: 257 })).rejects.toThrow(/`lanes` must be ≤ 256, got 257/);
  });
});

describe('a packed file', () => {
  const small = async (): Promise<Uint8Array> => (await packText('the sea is old 𠮷', packer)).file;

  test('cut anywhere, or with any bit flipped, is refused', async () => {
    const file = await small();
    for (let length = 0; length < file.length; length++) {
      await expect(unpackText(file.subarray(0, length), packer, { path: 'x.ink' })).rejects.toThrow(
        length < 4 ? /x\.ink: is no packed text/ : /x\.ink: the packed text (is cut off|was changed)/,
      );
    }
    for (let bit = 0; bit < 8 * file.length; bit++) {
      const changed = file.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      await expect(unpackText(changed, packer)).rejects.toThrow(InkstoneError);
    }
    await expect(unpackText(Uint8Array.of(...file, 0), packer)).rejects.toThrow(/was changed/);
  });

  test('belongs to one model, and names it', async () => {
    const file = await small();
    await expect(unpackText(file, other, { path: 'x.ink' })).rejects.toThrow(
      'x.ink: was packed with the weights and tokenizer of "counted", which those of other are not; give that model',
    );
  });

  test('a machine whose probabilities differ in a single bit says so instead of giving another text', async () => {
    const { file } = await packText(text, packer);
    const { model } = packer;
    const nearly: LanguageModel = {
      ...model,
      step: (batch, wants) =>
        model
          .step(batch, wants)
          .map((result) => ({ ...result, logits: result.logits.map((row) => row.map((x) => x * 1.01)) })),
    };
    await expect(unpackText(file, { ...packer, model: nearly, engine: 'there' })).rejects.toThrow(
      /is not the one that went in: .* \(packed by here, here there\)/,
    );
  });

  test('that claims too much is refused before anything is made of it', async () => {
    const whole = readPackedFile(await small(), 'x');
    const claims = (change: Partial<typeof whole>) => () =>
      readPackedFile(writePackedFile({ ...whole, ...change }), 'x');
    expect(claims({})()).toEqual(whole);
    expect(claims({ textBytes: packedLimits.textBytes + 1 })).toThrow(/says it holds more than is allowed/);
    expect(claims({ lanes: 257 })).toThrow(/more than is allowed \(257\)/);
    expect(claims({ lanes: 0 })).toThrow(/was changed/);
    expect(claims({ pieces: [{ type: 'ids', length: 2 ** 30 }] })).toThrow(/was changed/);
    expect(claims({ modelName: 'x'.repeat(5000) })().modelName).toHaveLength(1024);
    const newer = (await small()).slice();
    newer[4] = 2;
    expect(() => readPackedFile(newer, 'x')).toThrow(/in version 2 of the format, known is 1/);
  });
});
