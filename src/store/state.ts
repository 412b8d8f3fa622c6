/** All that a server keeps, over one database. */

import { type Conversations, conversations } from './conversations.ts';
import type { Database } from './database.ts';
import { openStore, type StorePlace } from './open-store.ts';
import { type Reviews, reviews } from './reviews.ts';

export interface State {
  readonly conversations: Conversations;
  readonly reviews: Reviews;
  close(): Promise<void>;
}

/** The repositories over a database that is open or opens itself. */
export function createState(database: Database): State {
  return {
    conversations: conversations(database),
    reviews: reviews(database),
    close: () => database.close(),
  };
}

/** The state kept at this place; opened when it is first needed. */
export const openState = (place: StorePlace): State => createState(openStore(place));
