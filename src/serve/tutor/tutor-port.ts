/** What the server needs of a tutor: lessons of texts, and what learners know, of each tenant. */

import type { Learner, Lesson } from '../../apps/index.ts';

/** Of one tenant. */
export interface TutorRoom {
  /** The lesson of a text, made where it is new. It takes long: about a second for 100,000 characters. */
  begin(text: string, options: { readonly signal: AbortSignal }): Promise<Lesson>;
  /** Undefined where there is none, or none any more. */
  find(id: string): Promise<Lesson | undefined>;
  /** Those that are kept, the newest first. */
  list(): Promise<readonly Pick<Lesson, 'id' | 'title'>[]>;
  /** A new one where nothing is known of them. */
  readLearner(name: string): Promise<Learner>;
  writeLearner(name: string, learner: Learner): Promise<void>;
  learners(): Promise<readonly string[]>;
}

export interface TutorPort {
  open(tenant: string): TutorRoom;
}
