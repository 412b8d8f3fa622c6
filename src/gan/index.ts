/** Writers trained against a critic: policy gradient and straight-through draws, ways to hold the critic back, honest measures. */

export {
  type AdversarialEvent,
  type AdversarialOptions,
  type AdversarialSettings,
  checkAdversarial,
  trainAdversarially,
} from './adversarial.ts';
export {
  type Critic,
  type CriticParams,
  type CriticShape,
  createCritic,
  criticInput,
  gradientPenalty,
} from './critic.ts';
export { type LikelihoodOptions, meanNll, textLoss, trainLikelihood } from './likelihood.ts';
export { type AdversarialLossName, adversarialLosses } from './losses.ts';
export {
  isCollapsed,
  measureTexts,
  measureWriter,
  quality,
  type TextMeasures,
  type WriterMeasures,
  type Yardstick,
} from './measure.ts';
export { createOracle, ORACLE_START, type OracleOptions } from './oracle.ts';
export { advantages, policyLoss, type RolloutOptions, tokenValues } from './policy-gradient.ts';
export { scoreTexts } from './rounds.ts';
export { iterate, normalised, type SingularVectors, singularVectors } from './spectral-norm.ts';
export { gumbelIds, straightThrough } from './straight-through.ts';
export {
  type Choose,
  drawIds,
  drawTexts,
  type Ends,
  type Texts,
  takeTexts,
  textLengths,
  type WriteOptions,
  writeManyTexts,
  writeTexts,
  writtenIds,
} from './texts.ts';
export { decoderWriter, type Reading, recurrentWriter, type Writer } from './writer.ts';
