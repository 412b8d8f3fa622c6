/** Texts told apart by labels: from counting words to a convolutional network, one contract for all of them. */

export {
  type LabelScore,
  type MethodName,
  methodNames,
  type Prediction,
  type SavedClassifier,
  type TextClassifier,
  type WordWeight,
} from './classifier.ts';
export {
  type ClassifierScores,
  type ComparedMethod,
  type CompareMethodsEvent,
  type CompareMethodsOptions,
  compareMethods,
  testClassifier,
} from './compare.ts';
export {
  type CrossValidateOptions,
  type CrossValidation,
  crossValidate,
} from './cross-validation.ts';
export { type PlacedWord, placeWords, wordsByOmission } from './deciding-words.ts';
export {
  type DeepBelief,
  type DeepBeliefOptions,
  deepBeliefFeatures,
  deepBeliefSamples,
  trainDeepBelief,
} from './deep-belief.ts';
export {
  type FeatureOptions,
  type Features,
  featureRows,
  fitFeatures,
  type SparseRows,
  sparseRows,
} from './features.ts';
export { fitNetwork, type Network } from './fit.ts';
export {
  LABEL_LIMIT,
  type LabelledText,
  numberLabels,
  type ReadTextsOptions,
  readDatedTexts,
  readLabelledTexts,
  readPlainTexts,
} from './labelled-texts.ts';
export { type LinearModel, largest, linearScores } from './linear-model.ts';
export { type LinearSvmOptions, linearSvm } from './linear-svm.ts';
export type { MethodOptions } from './method.ts';
export { trainClassifier } from './methods.ts';
export { type Drop, type MlpParams, mlpSpec, runMlp } from './mlp.ts';
export { type NaiveBayesOptions, naiveBayes } from './naive-bayes.ts';
export { type PerceptronOptions, perceptron } from './perceptron.ts';
export {
  type BinaryRows,
  freeEnergy,
  hiddenProbabilities,
  logLikelihood,
  logPartition,
  type RbmOptions,
  type RbmParams,
  rbmLimits,
  rbmSamples,
  tensorRows,
  trainRbm,
  visibleProbabilities,
} from './rbm.ts';
export { checkClassifierFolder, isClassifierFolder, loadClassifier, saveClassifier } from './storage.ts';
export {
  runEmbeddedCnn,
  runTextCnn,
  type TextCnnConfig,
  type TextCnnParams,
  textCnnSpec,
} from './text-cnn.ts';
export { ngramsOf, tokenCutter, type UnitCutter, wordCutter } from './units.ts';
export type { LearningWatch } from './watch.ts';
