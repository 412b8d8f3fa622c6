/** Evaluation: what a model does, why it repeats itself, and which way of decoding fits it. Sees only the contracts. */

export { type Anisotropy, anisotropy, similarityMatrix } from './anisotropy.ts';
export { type CorpusRepeats, corpusRepeats } from './corpus-repeats.ts';
export { type Continuation, type DecodePromptsOptions, decodePrompts } from './decode-prompts.ts';
export { type EntropyCollapse, type EntropyPlace, entropyAlong, entropyCollapse } from './entropy.ts';
export {
  type InductionHead,
  type InductionOptions,
  type InductionReport,
  inductionHeads,
} from './induction-heads.ts';
export { type ReadText, type ReadTextsOptions, readTexts } from './read-texts.ts';
export {
  type Reinforcement,
  type SelfReinforcementOptions,
  selfReinforcement,
} from './self-reinforcement.ts';
export {
  bootstrapInterval,
  holm,
  type Interval,
  pairedPermutationTest,
  type ResampleOptions,
} from './significance.ts';
