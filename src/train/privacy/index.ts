/** Differentially private training: sampling, the gradient rule, and what it spends. */

export {
  type Conversion,
  epsilonOf,
  noiseFor,
  type PrivacyAccount,
  type PrivateSteps,
  privacyMeter,
  renyiOfStep,
  renyiOrders,
} from './accountant.ts';
export { type PrivateGradientOptions, privateGradients } from './private-gradients.ts';
export { poissonSamples } from './sampling.ts';
