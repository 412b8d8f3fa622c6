/** A timeline summed up: by its own entries or by a model, each statement with the time that it stands on. */

import { fail } from '../errors.ts';
import { type SummarizeOptions, summarize } from '../summary/summarize.ts';
import type { SummaryMethod, SummaryProgress } from '../summary/summary.ts';
import { clockTime, type TimelineEntry } from './timeline.ts';

/** A stretch of the video that a summary stands on. */
export interface VideoCitation {
  readonly text: string;
  /** In seconds. */
  readonly start: number;
  readonly end: number;
}

export interface VideoSummary {
  readonly method: SummaryMethod;
  /** With the times, `[2:03]`, that a model gave and that are in the timeline. */
  readonly summary: string;
  /** Of quoted entries each; of a model's text the entries whose times it names. */
  readonly citations: readonly VideoCitation[];
  /** Times that a model named and that nothing begins at: they were taken out. */
  readonly wrongTimes: readonly string[];
}

export type VideoSummaryPart =
  | ({ readonly type: 'progress' } & SummaryProgress)
  | ({ readonly type: 'video-summary' } & VideoSummary);

export type VideoSummaryOptions = Pick<
  SummarizeOptions,
  'writer' | 'method' | 'sentences' | 'length' | 'question' | 'maxTokens' | 'analyze' | 'signal'
>;

const FINISHED = /[.!?。！？…]["'”’」』）)]*$/u;

/** A line of its own for each entry: a sentence, which ends. */
function lineOf({ text }: TimelineEntry): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (FINISHED.test(line)) return line;
  return `${line}${/\p{Script=Han}/u.test(line) ? '。' : '.'}`;
}

const TIME = /\s*\[((?:\d+:)?\d{1,2}:\d{2})\]/g;

/**
 * Sums up a timeline, as `summarize` does a text. A model reads each entry behind its time.
 * @throws `apps/empty-video` where nothing is seen or said; as `summarize`
 */
export async function* summarizeVideo(
  timeline: readonly TimelineEntry[],
  options: VideoSummaryOptions = {},
): AsyncGenerator<VideoSummaryPart, void> {
  if (timeline.length === 0) throw fail('apps/empty-video', undefined);
  const { writer, method = writer ? 'map-reduce' : 'extract' } = options;
  const lines = timeline.map((entry) =>
    method === 'extract' ? lineOf(entry) : `[${clockTime(entry.start)}] ${lineOf(entry)}`,
  );
  const starts: number[] = [];
  let length = 0;
  for (const line of lines) {
    starts.push(length);
    length += line.length + 1;
  }
  const entryAt = (place: number): TimelineEntry => timeline[starts.findLastIndex((start) => start <= place)];
  // Captions are short, and count beside what is said.
  for await (const part of summarize(lines.join('\n'), { ...options, method, leastTerms: 1 })) {
    if (part.type === 'progress') yield part;
    if (part.type !== 'summary') continue;
    if (part.method === 'extract') {
      const citations = part.sentences.map(({ text, start: place }) => {
        const { start, end } = entryAt(place);
        return { text, start, end };
      });
      yield { type: 'video-summary', method, summary: part.summary, citations, wrongTimes: [] };
    } else yield { type: 'video-summary', method, ...withTimes(part.summary, timeline) };
  }
}

/** Times that a model names are kept where something begins then. */
function withTimes(text: string, timeline: readonly TimelineEntry[]) {
  const known = new Map<string, TimelineEntry[]>();
  for (const entry of timeline) {
    const time = clockTime(entry.start);
    known.set(time, [...(known.get(time) ?? []), entry]);
  }
  const wrongTimes: string[] = [];
  const named = new Set<string>();
  const summary = text.replace(TIME, (mark, written: string) => {
    const time = written.replace(/^0+(?=\d)/, '');
    if (known.has(time)) named.add(time);
    else wrongTimes.push(written);
    return known.has(time) ? mark : '';
  });
  const citations = [...named].flatMap((time) =>
    known.get(time)!.map(({ text: shown, start, end }) => ({ text: shown, start, end })),
  );
  return { summary, citations: citations.sort((a, b) => a.start - b.start), wrongTimes };
}
