/** State that survives: conversations, reviews, keys, rules and the audit log, on embedded or served PostgreSQL. */

export {
  type Agreement,
  agreementOf,
  cohenKappa,
  gwetAc1,
  krippendorffAlpha,
  type PairAgreement,
} from './agreement.ts';
export { type AuditEntry, type AuditFilter, type AuditLog, auditLog, type Retention } from './audit.ts';
export {
  branchTo,
  type Conversation,
  type ConversationChange,
  type Conversations,
  conversations,
  type Json,
  type Message,
  type NewMessage,
  type Role,
} from './conversations.ts';
export type { Database, Param, Queries } from './database.ts';
export { type ApiKey, type KeyLimits, type Keys, keys, type NewKey } from './keys.ts';
export {
  type GivenLabel,
  type LabelChoice,
  type LabelItem,
  type LabelledItem,
  type Labelling,
  type LabelResults,
  type LabelTask,
  labelling,
  type NewItem,
  type NewTask,
} from './labelling.ts';
export { limits } from './limits.ts';
export { openStore, type StoreOptions, type StorePlace, storePlace } from './open-store.ts';
export type { Page, PageOptions } from './page.ts';
export { redact } from './redact.ts';
export { type Responses, responses } from './responses.ts';
export {
  type Decision,
  type NewReview,
  type Preference,
  preferenceOf,
  type Review,
  type ReviewFilter,
  type ReviewReason,
  type Reviews,
  reviews,
  type Verdict,
} from './reviews.ts';
export {
  type NewRule,
  type Rule,
  type RuleAction,
  type RuleKind,
  type RuleStage,
  type Rules,
  rules,
} from './rules.ts';
export { createState, openState, type State, type StateOptions } from './state.ts';
