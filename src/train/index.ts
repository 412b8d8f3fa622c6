/** Training: optimizers, schedules, the loop, saved runs. It takes a parameter tree and a loss, never a model. */

export { type Anchor, anchorAt, consolidation } from './consolidation.ts';
export { cureDocs, formatCures, parseCures } from './cure-spec.ts';
export { type CurableModel, type CuredLoss, curedLoss, type Reading } from './cures.ts';
export {
  addEnergy,
  defaultRates,
  type EnergyCounters,
  type EnergyFigures,
  type EnergyMeter,
  type EnergyRates,
  type EnergyUse,
  energyFigures,
  energyMeter,
  findEnergyCounters,
  type MeteredMachine,
} from './energy.ts';
export { type FitOptions, fitExamples, type Learner } from './fit.ts';
export * from './loop.ts';
export { type AdaptOptions, adapt, type MetaOptions, type MetaTask, reptile } from './meta.ts';
export * from './optimizers.ts';
export * from './privacy/index.ts';
export { addCheckpoint } from './promote.ts';
export {
  differingKeys,
  isRun,
  type OpenRun,
  openRun,
  RUN_WEIGHTS,
  readRun,
  readRunConfig,
  runChangedAt,
  type SavedRun,
} from './run.ts';
export { type RunningMean, runningMean } from './running-mean.ts';
export * from './schedules.ts';
export { type ShuffleOptions, shuffledBatches } from './shuffled-batches.ts';
export {
  type FoundGradients,
  type GradientRule,
  meanGradients,
  type StepOptions,
  type StepReport,
  type TrackedParameter,
  trackParameters,
  trainStep,
} from './step.ts';
export * from './word-vectors/index.ts';
