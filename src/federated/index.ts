/** Federated learning: clients train on what each alone has, a coordinator sees differences, or with secure sums only their mean. */

export { ClientLost, type Missing } from './ask.ts';
export {
  federatedLearner,
  type LocalLength,
  type LocalLesson,
  localClient,
  localSteps,
} from './learner.ts';
export {
  type ClientSize,
  type FederatedClient,
  type Measured,
  payloadBytes,
  type QuestionName,
  type Questions,
  type Respondent,
  type RoundPlace,
} from './messages.ts';
export { askedCount } from './one-round.ts';
export {
  answerParent,
  type ProcessClient,
  type ProcessClientOptions,
  startProcessClient,
} from './process-client.ts';
export { type FederatedEvent, type FederateOptions, federate, overall } from './rounds.ts';
export {
  type PublicKeys,
  type RevealedShares,
  type SecureParty,
  type SharedSecrets,
  secureParty,
  thresholdOf,
} from './secure-party.ts';
export { type SecureAnswers, unmaskSum } from './secure-sum.ts';
