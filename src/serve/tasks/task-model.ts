/** Models that answer about texts instead of going on with them: what the server needs of one. */

import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import type { ModelLoad, Visit } from '../served-model.ts';

/** What is asked and what is said, by kind; plain data, so that it can cross to another process. */
interface Kinds {
  translate: {
    readonly question: {
      /** Put before every text, for models that learned several tasks. */
      readonly task?: string;
      /** As `parseStrategy` reads it. */
      readonly strategy?: string;
      readonly guard?: boolean;
      readonly maxTokens?: number;
      readonly seed?: number;
    };
    /** Of a blank text: empty. */
    readonly answer: { readonly text: string };
  };
  classify: {
    /** How many of the words that decided are told. */
    readonly question: { readonly words: number };
    readonly answer: {
      readonly label: string;
      /** What the scores are: probabilities, or margins where a method gives no probabilities. */
      readonly measure: 'probabilities' | 'margins';
      /** Every label, the best first. */
      readonly scores: readonly { readonly label: string; readonly score: number }[];
      readonly words?: readonly DecidingWord[];
      /** What their weights are: those of a linear model, or what the score loses without the word. */
      readonly wordsBy?: 'weights' | 'omission';
      /** The text was longer than the model reads; its end was not seen. */
      readonly isCut?: boolean;
      /** What was read, where a rule changed it: the places are in it. */
      readonly text?: string;
    };
  };
  'fill-mask': {
    /** Guesses for each place. */
    readonly question: { readonly top: number };
    readonly answer: {
      readonly places: readonly (readonly {
        readonly token: string;
        readonly probability: number;
        readonly text: string;
      }[])[];
    };
  };
  /** A picture for each text, which is a prompt. */
  draw: {
    readonly question: {
      /** Pixels of a side. Default: as the model learnt. */
      readonly size?: number;
      /** Of the first picture; the next ones have the next seeds. */
      readonly seed: number;
      readonly guidance?: number;
      readonly steps?: number;
    };
    readonly answer: {
      /** A PNG file, in base64. */
      readonly png: string;
      readonly size: number;
      readonly seed: number;
      /** The prompt, where a rule changed it. */
      readonly text?: string;
    };
  };
  /** Each text as a vector. */
  embed: { readonly question: object; readonly answer: { readonly vector: readonly number[] } };
}

/** A word of a text and how much it speaks for the label that was chosen; below 0, against it. */
export interface DecidingWord {
  readonly text: string;
  readonly weight: number;
  /** Where it stands, in UTF-16 units. */
  readonly places: readonly (readonly [start: number, end: number])[];
}

export type TaskKind = keyof Kinds;
export type TaskQuestion<Kind extends TaskKind = TaskKind> = {
  [Own in Kind]: { readonly kind: Own; readonly texts: readonly string[] } & Kinds[Own]['question'];
}[Kind];
export type TaskAnswer<Kind extends TaskKind = TaskKind> = {
  [Own in Kind]: {
    readonly kind: Own;
    readonly promptTokens: number;
    readonly completionTokens: number;
  } & Kinds[Own]['answer'];
}[Kind];

/** The work itself, as a model of this process does it. */
export interface TaskWorker<Kind extends TaskKind = TaskKind> {
  readonly kind: Kind;
  /** Texts that are worked on together; between them others have their turn. */
  readonly textsAtOnce: number;
  /** Looks at the whole question before anything is answered. @throws for texts that cannot be read */
  check?(question: TaskQuestion<Kind>): void;
  /** One answer for each text, in their order. */
  answer(question: TaskQuestion<Kind>, signal: AbortSignal): Promise<readonly TaskAnswer<Kind>[]>;
}

export interface TaskModel {
  readonly id: string;
  readonly kind: TaskKind;
  readonly parent?: undefined;
  /** Unix seconds. */
  readonly created: number;
  /** An answer for each text, in their order, as they come; fewer when the signal aborts. */
  ask(question: TaskQuestion, visit: Visit): AsyncGenerator<TaskAnswer, void>;
  readonly load: ModelLoad;
  readonly isReady: boolean;
}

export interface LocalTaskModel extends TaskModel {
  close(): void;
}

/** A worker as a model that is served: requests take turns, a few texts at a time, and too many are sent away. */
export function createTaskModel(id: string, worker: TaskWorker): LocalTaskModel {
  const load = { running: 0, waiting: 0, steps: 0, stepTexts: 0, savedTokens: 0 };
  let last: Promise<unknown> = Promise.resolve();
  let isReady = true;

  /** The next few texts, when those who came before have had their turn. */
  async function turn(question: TaskQuestion, signal: AbortSignal): Promise<readonly TaskAnswer[]> {
    load.waiting++;
    const own = last.then(async () => {
      load.waiting--;
      signal.throwIfAborted();
      load.running = question.texts.length;
      load.steps++;
      load.stepTexts += question.texts.length;
      return worker.answer(question, signal);
    });
    last = own.catch(() => {}).finally(() => (load.running = 0));
    return own;
  }

  return {
    id,
    kind: worker.kind,
    created: Math.floor(Date.now() / 1000),
    load,
    get isReady() {
      return isReady;
    },
    async *ask(question, { signal }) {
      if (load.waiting >= limits.looks) throw fail('serve/busy', { seconds: limits.retrySeconds });
      worker.check?.(question);
      const { texts } = question;
      for (let from = 0; from < texts.length; from += worker.textsAtOnce) {
        const some = texts.slice(from, from + worker.textsAtOnce);
        const answers = await turn({ ...question, texts: some }, signal).catch((error) => {
          if (signal.aborted) return [];
          throw error;
        });
        // What was given up half-way is no answer.
        if (signal.aborted) return;
        yield* answers;
      }
    },
    close() {
      isReady = false;
    },
  };
}
