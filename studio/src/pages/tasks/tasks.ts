/** The tasks of this page: who does each, and what the server is asked. */

import type { DecidingWord } from '../../../../src/serve/tasks/task-model.ts';
import type { Work } from '../../api/types.ts';
import type { TasksSearch } from './search.ts';

export const taskNames = ['translate', 'summarize', 'classify', 'fill-mask', 'domain', 'draw'] as const;
export type TaskName = (typeof taskNames)[number];

/** The tabs: a video is no text, and recommendations need no model; both have desks of their own. */
export const tabNames = [...taskNames, 'video', 'recommend'] as const;
export type TabName = (typeof tabNames)[number];

export const isTaskName = (name: string): name is TaskName => (taskNames as readonly string[]).includes(name);
export const isTabName = (name: string): name is TabName => (tabNames as readonly string[]).includes(name);

export interface Line {
  readonly index: number;
  readonly source: string;
  readonly text: string;
}

/** What the server answers. */
export interface Answers {
  translate: { readonly lines: readonly Line[]; readonly is_complete: boolean };
  summarize: {
    readonly summary: string;
    /** Of a summary that quotes; places in the text. */
    readonly sentences?: readonly {
      readonly text: string;
      readonly start: number;
      readonly end: number;
    }[];
  };
  classify: {
    readonly results: readonly {
      readonly label: string;
      readonly measure: 'probabilities' | 'margins';
      readonly scores: readonly { readonly label: string; readonly score: number }[];
      readonly words: readonly DecidingWord[];
      readonly is_cut?: boolean;
      /** What was read, where a rule of moderation changed it. */
      readonly text?: string;
    }[];
  };
  'fill-mask': {
    readonly places: readonly (readonly { readonly token: string; readonly probability: number }[])[];
  };
  domain: {
    readonly kits: readonly { readonly kit: string; readonly is_inside: boolean }[];
    readonly terms: readonly {
      readonly kit: string;
      readonly names: readonly string[];
      readonly places: readonly (readonly [start: number, end: number])[];
      readonly count: number;
      readonly en: readonly string[];
      readonly zh: readonly string[];
      readonly means: { readonly en: string; readonly zh: string };
    }[];
    readonly is_cut: boolean;
    readonly warning: {
      readonly kit: string;
      readonly rule: string;
      readonly action: 'urgent' | 'refuse';
      readonly text: string;
    } | null;
    readonly notices: readonly string[];
  };
  draw: {
    readonly data: readonly {
      readonly b64_json: string;
      readonly seed: number;
      /** Where a rule of moderation changed the prompt. */
      readonly revised_prompt?: string;
    }[];
  };
}

/** Words that are marked, guesses for a blank, sentences of a summary, drawings and how much their prompt leads, where nobody says. */
export const defaults = { words: 12, top: 6, sentences: 3, pictures: 4, guidance: 3 } as const;

/** Pixels of a side of a drawing's file. */
const DRAWING_SIDE = 256;

export interface Order extends Omit<TasksSearch, 'text'> {
  readonly text: string;
}

interface Task {
  readonly work: Work;
  /** Nobody is needed: sentences can be quoted. */
  readonly isWithoutModel?: true;
  /** No model has a part in it. */
  readonly isAlone?: true;
  readonly path: string;
  readonly bodyOf: (order: Order) => object;
  /** It is told as it is made. */
  readonly isStream?: true;
  /** What trains such a model, and a command that then serves it. */
  readonly commands: readonly string[];
}

export const tasks: { readonly [Name in TaskName]: Task } = {
  translate: {
    work: 'translate',
    path: '/v1/translations',
    isStream: true,
    bodyOf: ({ model, text }) => ({ model, text }),
    commands: [
      'npx inkstone train --data pairs.tsv --architecture encoder-decoder --out runs/translator',
      'npx inkstone studio runs/translator',
    ],
  },
  summarize: {
    work: 'write',
    isWithoutModel: true,
    path: '/v1/summaries',
    isStream: true,
    bodyOf: ({ model, text, question, sentences = defaults.sentences }) => ({
      ...(model && { model }),
      ...(question && { question }),
      sentences,
      text,
    }),
    commands: [],
  },
  classify: {
    work: 'classify',
    path: '/v1/classifications',
    bodyOf: ({ model, text }) => ({ model, words: defaults.words, text }),
    commands: [
      'npx inkstone classify train --data reviews.csv --out classifier',
      'npx inkstone studio classifier',
    ],
  },
  'fill-mask': {
    work: 'fill-mask',
    path: '/v1/fill-mask',
    bodyOf: ({ model, text, top = defaults.top }) => ({ model, top, text }),
    commands: [
      'npx inkstone train --data texts.txt --objective masked --out runs/masked',
      'npx inkstone studio runs/masked',
    ],
  },
  domain: {
    work: 'write',
    isWithoutModel: true,
    isAlone: true,
    path: '/v1/domain',
    bodyOf: ({ text, kit }) => ({ ...(kit && { kit }), text }),
    commands: ['npx inkstone studio --kit law,finance,medicine'],
  },
  draw: {
    work: 'draw',
    path: '/v1/images/generations',
    bodyOf: ({ model, text, pictures = defaults.pictures, guidance = defaults.guidance, seed }) => ({
      ...{ model, prompt: text, n: pictures, size: `${DRAWING_SIDE}x${DRAWING_SIDE}`, guidance },
      ...(seed !== undefined && { seed }),
    }),
    commands: [
      'npx inkstone image shapes --out shapes',
      'npx inkstone image train --task draw --data shapes --out runs/image-draw',
      'npx inkstone studio runs/image-draw',
    ],
  },
};

/** A hidden place, whichever way a vocabulary spells it. */
export const BLANK = /\[MASK\]|<mask>/;
