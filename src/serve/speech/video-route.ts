/** `/v1/video/descriptions`: what a video shows and what is said in it, along its time, and a summary with times. */

import { z } from 'zod';
import {
  MOST_QUESTION_CHARACTERS,
  summarizeVideo,
  type TimelineEntry,
  type VideoSummary,
} from '../../apps/index.ts';
import { countedWriter } from '../answers/answer-writer.ts';
import type { AppContext } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import { followClient } from '../openai/stream.ts';
import type { RequestScope } from '../openai/to-request.ts';
import { layAside } from '../sent-file.ts';
import type { RemoteServed, ServedModel } from '../served-model.ts';
import type { QuoteWatch } from '../watch/watched-quotes.ts';

/** Who looks at videos and listens to them. */
export interface VideoPort {
  describe(
    path: string,
    options: {
      readonly language: 'en' | 'zh';
      readonly every?: number | undefined;
      readonly mostFrames: number;
      readonly mostSeconds: number;
      readonly signal: AbortSignal;
    },
  ): Promise<{
    readonly seconds: number;
    readonly frames: number;
    /** It was looked at until here, in seconds, since it has more frames. */
    readonly cutAt?: number;
    readonly timeline: readonly TimelineEntry[];
  }>;
}

export const videoForm = z.strictObject({
  file: z.file().min(1),
  /** Who writes the summary; without, entries are quoted. */
  model: z.string().max(200).optional(),
  /** Of the captions. Default: that of Accept-Language. */
  language: z.enum(['en', 'zh']).optional(),
  /** Seconds between two frames; cuts are looked at besides. */
  every: z.coerce.number().min(0.1).max(3600).optional(),
  question: z.string().min(1).max(MOST_QUESTION_CHARACTERS).optional(),
  sentences: z.coerce.number().int().min(1).max(limits.summarySentences).optional(),
});

/** One video at a time, whoever sends it. */
export function createVideoDesk(port: VideoPort | undefined) {
  let isBusy = false;
  return async <Result>(work: (port: VideoPort) => Promise<Result>): Promise<Result> => {
    if (!port) throw fail('serve/no-video', undefined);
    if (isBusy) throw fail('serve/busy', { seconds: limits.retrySeconds });
    isBusy = true;
    try {
      return await work(port);
    } finally {
      isBusy = false;
    }
  };
}

export async function answerVideo(
  c: AppContext,
  body: z.infer<typeof videoForm>,
  model: ServedModel | RemoteServed | undefined,
  scope: RequestScope & {
    readonly withVideo: ReturnType<typeof createVideoDesk>;
    readonly quotes: QuoteWatch;
  },
): Promise<Response> {
  const { signal } = followClient(c);
  const { quotes } = scope;
  const leave = quotes.begin();
  try {
    const question = body.question === undefined ? undefined : quotes.ask(body.question);
    const watched = await scope.withVideo(async (port) =>
      layAside(new Uint8Array(await body.file.arrayBuffer()), body.file.name, (path) =>
        port.describe(path, {
          language: body.language ?? c.get('lang'),
          every: body.every,
          mostFrames: limits.videoFrames,
          mostSeconds: limits.videoSeconds,
          signal,
        }),
      ),
    );
    // The summary is made of what the rules let through.
    const timeline = watched.timeline.flatMap((entry) => {
      const { text } = quotes.tell(entry.text).whole;
      return text.trim() === '' ? [] : [{ ...entry, text }];
    });
    const summary = await wholeSummary(timeline, {
      writer: model && countedWriter(c, model, scope),
      ...{ question, sentences: body.sentences, signal },
    });
    quotes.end(summary.summary, { isSeen: model !== undefined });
    const { seconds, frames, cutAt } = watched;
    return c.json({
      object: 'video.description',
      id: c.get('requestId').replace('req_', 'vid-'),
      created: Math.floor(Date.now() / 1000),
      ...{ model: model?.id ?? null, duration: seconds, frames, cut_at: cutAt ?? null, timeline },
      ...{ method: summary.method, summary: summary.summary, citations: summary.citations },
      wrong_times: summary.wrongTimes,
    });
  } finally {
    leave();
  }
}

async function wholeSummary(
  timeline: readonly TimelineEntry[],
  options: Parameters<typeof summarizeVideo>[1],
): Promise<VideoSummary> {
  for await (const part of summarizeVideo(timeline, options)) {
    if (part.type === 'video-summary') return part;
  }
  throw new Error('a summary has no end');
}
