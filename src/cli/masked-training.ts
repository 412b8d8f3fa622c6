/** One training of an encoder, which learns to guess hidden tokens, from clean documents to a saved run. */

import {
  type Batch,
  batchRows,
  cutRows,
  maskedRows,
  PADDING,
  type RowSource,
  wordJoins,
} from '../data/index.ts';
import {
  type EncoderConfig,
  type EncoderParams,
  encoderConfig,
  encoderFrame,
  encoderFromFile,
  initEncoder,
  maskedLoss,
} from '../models/index.ts';
import { createRng } from '../rng.ts';
import { fromArray } from '../tensor/index.ts';
import type { Tokenizer } from '../types.ts';
import { fail } from './errors.ts';
import type { EncoderShape, Masking } from './recipe.ts';
import {
  evaluationRows,
  type OpenTraining,
  openTraining,
  rowsOf,
  type TrainingOptions,
  trainingTokens,
} from './training.ts';

/** Tokenizes, makes the encoder, opens (or resumes) the run. @throws where the tokenizer has no token that hides others. */
export async function prepareMaskedTraining(
  options: TrainingOptions<EncoderShape>,
): Promise<OpenTraining<EncoderConfig, EncoderParams>> {
  const { tokenizer, recipe, seed } = options;
  const masking = recipe.masked!;
  const config = encoderConfig({ ...options.model, vocabSize: tokenizer.vocabSize });
  // A masked row is one place longer than the rows it is made of.
  const contextLength = config.contextLength - 1;
  const { train, heldOut } = await trainingTokens(options, contextLength);
  const hide = hider(tokenizer, masking);
  const cut = rowsOf(recipe, tokenizer);
  // Windows at random places do not come again, and fixed masks are for rows that do.
  const isFixed = cut.mode === 'windows' && masking.copies > 0;
  const how = isFixed ? ({ mode: 'sequence' } as const) : { ...cut, seed };
  const rows = cutRows({ ...how, tokens: train, contextLength });
  // Held-out tokens are hidden in one way, so that losses can be compared.
  const evaluation = hide(evaluationRows(heldOut.tokens, contextLength, tokenizer), { seed: 0, copies: 1 });
  return openTraining(options, train, {
    config,
    batches: batchRows(hide(rows, { seed, copies: masking.copies }), recipe.batchSize),
    measure: (lossOn) => lossOn(evaluation),
    begin: () => initEncoder(config, createRng(seed).split('init'), { std: recipe.init as number }),
    fromFile: (weights) => encoderFromFile(config, weights),
    loss: (p, batch, dropoutSeed) => maskedLoss(p, config, { ...maskedTensors(batch), dropoutSeed }),
    figuresOf: (heldOutLoss) => ({ maskedPerplexity: Math.exp(heldOutLoss) }),
  });
}

/** Hides tokens of rows as the recipe says. */
function hider(tokenizer: Tokenizer, { rate, wholeWords }: Masking) {
  const { specialTokens, vocabSize } = tokenizer;
  const { mask } = encoderFrame(tokenizer);
  if (!mask) throw fail('cli/no-mask-token', { known: [...specialTokens.keys()].join(', ') || '–' });
  const joins = wholeWords ? wordJoins(tokenizer) : undefined;
  const fixed = { maskId: mask.id, vocabSize, specialIds: [...specialTokens.values()], rate, joins };
  return (rows: RowSource, how: { readonly seed: number; readonly copies: number }) =>
    maskedRows(rows, { ...fixed, ...how });
}

/** A batch with its padding told apart; the id that stands there means nothing. */
function maskedTensors({ inputs, targets, batchSize, contextLength }: Batch) {
  const shape = [batchSize, contextLength];
  const lengths = Array.from({ length: batchSize }, (_, row) => {
    const end = inputs.subarray(row * contextLength, (row + 1) * contextLength).indexOf(PADDING);
    return end < 0 ? contextLength : end;
  });
  return {
    ids: fromArray<'i32'>(
      inputs.map((id) => (id === PADDING ? 0 : id)),
      shape,
      'i32',
    ),
    targets: fromArray<'i32'>(targets, shape, 'i32'),
    ...(lengths.some((length) => length < contextLength) && { lengths }),
  };
}
