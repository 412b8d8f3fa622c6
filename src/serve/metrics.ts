/** Counters for Prometheus, in its text format. */

import type { ServedModel } from './served-model.ts';

export interface Metrics {
  /** Counts one answered request. */
  request(route: string, status: number): void;
  /** Counts what one generation wrote. */
  written(counts: {
    readonly promptTokens: number;
    readonly completionTokens: number;
    readonly repairs: number;
  }): void;
  /** Counts seconds of speech that was listened to, and characters that were read aloud. */
  heard(seconds: number): void;
  spoken(characters: number): void;
  /** Counts how long a stream's client waited for its first event, in ms. */
  began(ms: number): void;
  text(models: readonly Pick<ServedModel, 'id' | 'load'>[]): string;
}

/** Borders of the waits that are counted apart, in seconds. */
const WAITS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

export function createMetrics(): Metrics {
  const requests = new Map<string, number>();
  const totals = { prompt: 0, completion: 0, repairs: 0 };
  const speech = { heard: 0, spoken: 0 };
  const waits = { counts: WAITS.map(() => 0), sum: 0, count: 0 };
  return {
    request(route, status) {
      const key = `route="${route}",status="${status}"`;
      requests.set(key, (requests.get(key) ?? 0) + 1);
    },
    written({ promptTokens, completionTokens, repairs }) {
      totals.prompt += promptTokens;
      totals.completion += completionTokens;
      totals.repairs += repairs;
    },
    heard(seconds) {
      speech.heard += seconds;
    },
    spoken(characters) {
      speech.spoken += characters;
    },
    began(ms) {
      const seconds = ms / 1000;
      WAITS.forEach((border, i) => {
        if (seconds <= border) waits.counts[i]++;
      });
      waits.sum += seconds;
      waits.count++;
    },
    text(models) {
      const lines: string[] = [];
      const metric = (
        name: string,
        type: 'counter' | 'gauge' | 'histogram',
        help: string,
        rows: readonly (readonly [labels: string, value: number, suffix?: string])[],
      ) => {
        lines.push(`# HELP inkstone_${name} ${help}`, `# TYPE inkstone_${name} ${type}`);
        for (const [labels, value, suffix = ''] of rows)
          lines.push(`inkstone_${name}${suffix}${labels && `{${labels}}`} ${value}`);
      };
      metric('requests_total', 'counter', 'Requests answered.', [...requests]);
      metric('prompt_tokens_total', 'counter', 'Prompt tokens of finished requests.', [['', totals.prompt]]);
      metric('completion_tokens_total', 'counter', 'Tokens written.', [['', totals.completion]]);
      metric('loops_repaired_total', 'counter', 'Loops that the guard repaired.', [['', totals.repairs]]);
      metric('heard_seconds_total', 'counter', 'Seconds of speech listened to.', [['', speech.heard]]);
      metric('spoken_characters_total', 'counter', 'Characters read aloud.', [['', speech.spoken]]);
      metric('first_event_seconds', 'histogram', 'From a request to the first event of its stream.', [
        ...WAITS.map((border, i) => [`le="${border}"`, waits.counts[i], '_bucket'] as const),
        ['le="+Inf"', waits.count, '_bucket'],
        ['', waits.sum, '_sum'],
        ['', waits.count, '_count'],
      ]);
      const each = (value: (load: ServedModel['load']) => number) =>
        models.map(({ id, load }) => [`model="${escapeLabel(id)}"`, value(load)] as const);
      metric(
        'texts_running',
        'gauge',
        'Texts being written.',
        each(({ running }) => running),
      );
      metric(
        'texts_waiting',
        'gauge',
        'Texts in the queue.',
        each(({ waiting }) => waiting),
      );
      metric(
        'steps_total',
        'counter',
        'Steps of the model.',
        each(({ steps }) => steps),
      );
      metric(
        'step_texts_total',
        'counter',
        'Texts in these steps: divided by them, the batch size.',
        each(({ stepTexts }) => stepTexts),
      );
      metric(
        'cached_tokens_total',
        'counter',
        'Prompt tokens that were in the cache.',
        each(({ savedTokens }) => savedTokens),
      );
      metric(
        'preemptions_total',
        'counter',
        'Times a text gave its memory away and read its own tokens again.',
        each(({ preemptions = 0 }) => preemptions),
      );
      metric(
        'memory_tokens',
        'gauge',
        'Tokens in the memory of the model.',
        each(({ usedTokens = 0 }) => usedTokens),
      );
      return `${lines.join('\n')}\n`;
    },
  };
}

const escapeLabel = (text: string): string =>
  text.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`));
