/** State that survives: conversations, reviews, keys, rules and the audit log, on embedded or served PostgreSQL. */

export { type Agreement, agreementOf, cohenKappa, type PairAgreement } from './agreement.ts';
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
export { limits } from './limits.ts';
export { openStore, type StorePlace, storePlace } from './open-store.ts';
export type { Page, PageOptions } from './page.ts';
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
export { createState, openState, type State } from './state.ts';
