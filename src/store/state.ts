/** All that a server keeps, over one database. */

import { type AuditLog, auditLog, type Retention } from './audit.ts';
import { type Conversations, conversations } from './conversations.ts';
import type { Database } from './database.ts';
import { type Keys, keys } from './keys.ts';
import { type Labelling, labelling } from './labelling.ts';
import { openStore, type StoreOptions, type StorePlace } from './open-store.ts';
import { type Responses, responses } from './responses.ts';
import { type Reviews, reviews } from './reviews.ts';
import { type Rules, rules } from './rules.ts';

export interface StateOptions {
  /** Of the audit log; default 30 days, without texts. */
  readonly retention?: Partial<Retention>;
}

export interface State {
  readonly conversations: Conversations;
  readonly reviews: Reviews;
  readonly labelling: Labelling;
  readonly keys: Keys;
  readonly rules: Rules;
  readonly audit: AuditLog;
  readonly responses: Responses;
  /** Whether nothing was ever kept. It does not open the database. */
  isNew(): Promise<boolean>;
  close(): Promise<void>;
}

/** The repositories over a database that is open or opens itself. */
export function createState(database: Database, { retention }: StateOptions = {}): State {
  return {
    conversations: conversations(database),
    reviews: reviews(database),
    labelling: labelling(database),
    keys: keys(database),
    rules: rules(database),
    audit: auditLog(database, { days: 30, text: false, ...retention }),
    responses: responses(database),
    isNew: async () => (await database.isNew?.()) ?? false,
    close: () => database.close(),
  };
}

/** The state kept at this place; opened when it is first needed. */
export const openState = (place: StorePlace, options: StateOptions & StoreOptions = {}): State =>
  createState(openStore(place, options), options);
