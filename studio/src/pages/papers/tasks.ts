/** The tasks of this page, and what the server answers. */

export const paperTasks = ['read', 'compare', 'graph', 'review', 'draft', 'advise', 'references'] as const;
export type PaperTask = (typeof paperTasks)[number];

export const isPaperTask = (name: string): name is PaperTask =>
  (paperTasks as readonly string[]).includes(name);

/** Tasks on a text of one's own, and those of them that need no library. */
export const onText: readonly PaperTask[] = ['draft', 'advise', 'references'];
export const withoutLibrary: readonly PaperTask[] = ['advise', 'references'];
/** Tasks that a model can do. */
export const byModel: readonly PaperTask[] = ['compare', 'review', 'draft', 'advise'];
export const withSubject: readonly PaperTask[] = ['compare', 'review'];

export interface SentPaper {
  readonly name: string;
  readonly text: string;
  readonly title?: string;
  readonly pages?: readonly number[];
}

export interface Place {
  readonly paper: string;
  readonly page: number | null;
  readonly section: string | null;
  readonly excerpt: string;
}

interface Person {
  readonly family: string;
  readonly given?: string;
}

interface Work {
  readonly title: string;
  readonly authors: readonly Person[];
  readonly year?: number;
  readonly doi?: string;
}

export interface PaperAnswers {
  read: {
    readonly papers: readonly (Work & {
      readonly id: string;
      readonly name: string;
      readonly abstract: string;
      readonly sections: readonly {
        readonly title: string;
        readonly depth: number;
        readonly start: number;
      }[];
      readonly references: readonly (Work & { readonly raw: string })[];
    })[];
    readonly records: readonly Work[];
  };
  compare: {
    readonly columns: readonly string[];
    readonly rows: readonly {
      readonly paper: string;
      readonly title: string;
      readonly cells: readonly ({
        readonly text: string;
        readonly by: 'quote' | 'model';
        readonly place: Place;
        readonly refused?: string;
      } | null)[];
    }[];
  };
  graph: {
    readonly nodes: readonly {
      readonly id: string;
      readonly title: string;
      readonly year: number | null;
      readonly citedBy: number;
    }[];
    readonly links: readonly {
      readonly from: string;
      readonly to: string;
      readonly places: readonly Place[];
    }[];
    readonly sharedTerms: readonly {
      readonly papers: readonly string[];
      readonly terms: readonly string[];
      readonly likeness: number;
    }[];
    readonly sharedWorks: readonly {
      readonly title: string;
      readonly year: number | null;
      readonly citedBy: readonly string[];
    }[];
    readonly mermaid: string;
  };
  review: {
    readonly text: string;
    readonly references: string;
    readonly paragraphs: readonly {
      readonly paper: string;
      readonly sentences: readonly {
        readonly text: string;
        readonly by: 'quote' | 'model';
        readonly places: readonly Place[];
      }[];
    }[];
    readonly refused: readonly { readonly paper: string; readonly text: string }[];
    readonly silent: readonly string[];
  };
  draft: { readonly text: string; readonly doubtful: number };
  advise: {
    readonly sentences: number;
    readonly remarks: readonly {
      readonly rule: string;
      readonly line: number;
      readonly excerpt: string;
      readonly message: string;
    }[];
  };
  references: {
    readonly references: readonly {
      readonly place: number;
      readonly reference: Work & { readonly raw: string };
      readonly verdict: 'verified' | 'differs' | 'not-found' | 'unreadable' | 'unchecked';
      readonly differences: readonly {
        readonly field: string;
        readonly cited: string;
        readonly found: string;
      }[];
      readonly doi: string | null;
      readonly nearest: Work | null;
    }[];
    readonly duplicates: readonly (readonly number[])[];
    readonly citedNotListed: readonly { readonly text: string; readonly line: number }[];
    readonly listedNotCited: readonly number[];
  };
}

export interface PaperOrder {
  readonly task: PaperTask;
  readonly papers: readonly SentPaper[];
  readonly text: string;
  readonly textName: string;
  readonly about: string | undefined;
  readonly model: string | undefined;
}

/** What the server is asked. */
export function requestOf({ task, papers, text, textName, about, model }: PaperOrder): {
  readonly path: string;
  readonly body: object;
} {
  const own = { ...(model && byModel.includes(task) && { model }) };
  if (onText.includes(task)) {
    return {
      path: '/v1/manuscripts',
      body: { task, name: textName, text, ...(task !== 'advise' && { library: papers }), ...own },
    };
  }
  return {
    path: '/v1/papers',
    body: { task, papers, ...(about && withSubject.includes(task) && { about }), ...own },
  };
}
