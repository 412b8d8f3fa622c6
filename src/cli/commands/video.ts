/** `inkstone video describe FILE|FOLDER`: a timeline of what is seen and said, and a summary with times. */

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { clockTime, summarizeVideo, type TimelineEntry, type VideoSummary } from '../../apps/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages, language as ownLanguage } from '../../language.ts';
import { createAnalyzer } from '../../retrieve/index.ts';
import { findListener } from '../../speech/index.ts';
import { jiebaSegmenter } from '../../text/index.ts';
import type { Listener } from '../../types.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { openCaptioner } from '../frame-captions.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { type KeptVideo, openKeptVideo } from '../kept-video.ts';
import { flagOf } from '../options.ts';
import { inOneLine, withoutControls } from '../shown-text.ts';
import { failSpeech } from '../speech-errors.ts';
import { openListener } from '../speech-parts.ts';
import { etaSince } from '../terminal.ts';
import { actionOf } from '../verbs.ts';
import type { videoOptions } from '../video-options.ts';
import { videoFile, type WatchedVideo, type WatchProgress, watchVideo } from '../watch-video.ts';
import { openAnswerWriter } from '../writers.ts';

type Context = CommandContext<typeof videoOptions>;

const say = defineMessages({
  frames: { en: () => 'taking frames out of the video', zh: () => '正在从视频中取帧' },
  look: {
    en: (d: { done: number; total: number; eta: string }) =>
      `looking at frames ${d.done}/${d.total}, eta ${d.eta}`,
    zh: (d) => `查看画面 ${d.done}/${d.total}，剩余 ${d.eta}`,
  },
  listen: {
    en: (d: { done: number; total: number; eta: string }) =>
      `listening ${d.done.toFixed(0)}/${d.total.toFixed(0)} s, eta ${d.eta}`,
    zh: (d) => `听写 ${d.done.toFixed(0)}/${d.total.toFixed(0)} 秒，剩余 ${d.eta}`,
  },
  deaf: {
    en: () =>
      'what is said is left out: nobody listens here; install whisper.cpp or pocketsphinx, or name an endpoint with --listener',
    zh: () => '未听写语音：本机没有听写引擎；请安装 whisper.cpp 或 pocketsphinx，或以 --listener 指定接口',
  },
  blind: {
    en: () => 'what is shown is left out: no --captioner is named',
    zh: () => '未查看画面：没有指定 --captioner',
  },
  sent: {
    en: (d: { host: string }) => `pictures or sound are sent to ${d.host}`,
    zh: (d) => `画面或声音将发送至 ${d.host}`,
  },
  cut: {
    en: (d: { frames: number; until: string }) =>
      `only the first ${d.frames} frames are looked at, until ${d.until}: --max-frames was reached`,
    zh: (d) => `已达 --max-frames，只查看前 ${d.frames} 帧，到 ${d.until} 为止`,
  },
  resumed: {
    en: (d: { path: string; frames: number }) => `going on with ${d.path}: ${d.frames} frames are described`,
    zh: (d) => `继续 ${d.path}：已说明 ${d.frames} 帧`,
  },
  stopped: {
    en: (d: { path: string; command: string }) =>
      `stopped; what was seen and heard is kept in ${d.path}; to go on: ${d.command}`,
    zh: (d) => `已停止；看到与听到的内容存于 ${d.path}；继续请运行：${d.command}`,
  },
  summary: { en: () => 'Summary:', zh: () => '摘要：' },
  wrongTimes: {
    en: (d: { times: string }) =>
      `the model named times that are not in the timeline; they were taken out: ${d.times}`,
    zh: (d) => `模型给出了时间线中没有的时间，已删去：${d.times}`,
  },
  written: { en: (d: { out: string }) => `written to ${d.out}`, zh: (d) => `已写入 ${d.out}` },
});

const verbs: { readonly [verb: string]: (context: Context) => Promise<number> } = { describe };

export async function run(context: Context): Promise<number> {
  return actionOf('video', verbs, context.args)(context);
}

const MOST_FRAMES = 5000;

async function describe(context: Context): Promise<number> {
  const { args, options, given, terminal, signal, again } = context;
  const [, path] = args;
  if (options.maxFrames > MOST_FRAMES) {
    throw failSpeech('cli/max-frames', { got: options.maxFrames, most: MOST_FRAMES });
  }
  for (const name of ['maxTokens', 'contextTokens', 'tokenizer']) {
    if (given.has(name) && options.model === undefined) {
      throw fail('cli/needs-option', { command: 'video', option: flagOf(name), needed: '--model' });
    }
  }
  const { isFolder, ...file } = await videoFile(path);
  const listener = listenerFor(isFolder, context);
  const { captioner, every, scene, maxFrames } = options;
  if (captioner === undefined && !listener) throw failSpeech('cli/video-nobody', undefined);
  const workPath =
    options.work ?? (options.out === undefined ? 'video.work.json' : `${options.out}.work.json`);
  const language = options.language ?? ownLanguage();
  const kept = await openKeptVideo(workPath, {
    ...{ path, ...file, captioner, every, scene, maxFrames, language },
    listener: listener && `${listener.host ?? ''}#${listener.id}`,
  });
  if (kept.captions.length > 0) {
    terminal.print(say('resumed', { path: workPath, frames: kept.captions.length }));
  }
  try {
    const watched = await watch(path, { listener, language, kept, context });
    const summary = await sumUp(watched.timeline, context);
    await tell({ path, ...watched, ...summary }, context);
    await kept.remove();
    return 0;
  } catch (error) {
    terminal.endLive({ keep: false });
    if (!signal.aborted || (kept.captions.length === 0 && !kept.heard)) throw error;
    terminal.json({ type: 'stopped', frames: kept.captions.length, work: workPath });
    terminal.print(say('stopped', { path: workPath, command: again }));
    return INTERRUPTED;
  }
}

/** The one that was named, or that is installed; pictures say nothing. */
function listenerFor(isFolder: boolean, { options, given, terminal }: Context): Listener | undefined {
  if (isFolder || options.listener === '') return undefined;
  if (given.has('listener')) return openListener(options.listener);
  const found = findListener();
  if (!found && options.captioner !== undefined) terminal.print(say('deaf', {}));
  return found;
}

async function watch(
  path: string,
  {
    listener,
    language,
    kept,
    context: { options, terminal, signal },
  }: {
    readonly listener: Listener | undefined;
    readonly language: 'en' | 'zh';
    readonly kept: KeptVideo;
    readonly context: Context;
  },
): Promise<WatchedVideo> {
  const { captioner, every, scene, maxFrames } = options;
  if (captioner === undefined) terminal.print(say('blind', {}));
  if (listener?.host !== undefined) terminal.print(say('sent', { host: listener.host }));
  const before = { look: kept.captions.length, listen: 0 };
  const begun: { [Stage in WatchProgress['stage']]?: number } = {};
  const watched = await watchVideo(path, {
    ...{ listener, language, every, scene, maxFrames, kept, signal },
    openCaptioner:
      captioner === undefined
        ? undefined
        : async () => {
            const opened = await openCaptioner(captioner);
            if (opened.host !== undefined) terminal.print(say('sent', { host: opened.host }));
            return opened;
          },
    onFrame: ({ seconds, text }) => terminal.json({ type: 'frame', seconds, caption: text }),
    onProgress(progress) {
      const { stage } = progress;
      const start = (begun[stage] ??= performance.now());
      if (stage === 'frames') return terminal.live(say('frames', {}));
      const { done, total } = progress;
      const eta = etaSince(start, (done - before[stage]) / Math.max(1e-3, total - before[stage]));
      terminal.live(say(stage, { done, total, eta }));
    },
  });
  terminal.endLive({ keep: false });
  if (watched.cutAt !== undefined) {
    terminal.print(say('cut', { frames: watched.frames, until: clockTime(watched.cutAt) }));
  }
  return watched;
}

async function sumUp(
  timeline: readonly TimelineEntry[],
  { options, signal }: Context,
): Promise<VideoSummary> {
  const { model, sentences, maxTokens } = options;
  const opened = model === undefined ? undefined : await openAnswerWriter(model, options);
  try {
    const segmenter = await jiebaSegmenter();
    const analyze = createAnalyzer(segmenter && { segmenter });
    const how = { writer: opened?.writer, sentences, maxTokens, analyze, signal };
    for await (const part of summarizeVideo(timeline, how)) {
      if (part.type !== 'video-summary') continue;
      const { type: _, ...summary } = part;
      return summary;
    }
    throw new Error('a summary has no end');
  } finally {
    opened?.close();
  }
}

async function tell(
  video: WatchedVideo & VideoSummary & { readonly path: string },
  { options, terminal }: Context,
): Promise<void> {
  const { timeline, method, summary, citations, wrongTimes } = video;
  if (options.out !== undefined) {
    await mkdir(dirname(options.out), { recursive: true });
    await writeFileAtomic(options.out, `${JSON.stringify(video, null, 2)}\n`);
  }
  terminal.json({ type: 'video', ...video });
  const span = ({ start, end }: { readonly start: number; readonly end: number }): string =>
    `${clockTime(start)}–${clockTime(end)}`;
  for (const entry of timeline) {
    const text = inOneLine(entry.text);
    terminal.print(`${span(entry)}  ${entry.kind === 'said' ? `“${text}”` : text}`);
  }
  terminal.print();
  terminal.print(say('summary', {}));
  if (method !== 'extract') terminal.print(withoutControls(summary));
  else for (const one of citations) terminal.print(`[${span(one)}] ${inOneLine(one.text)}`);
  if (wrongTimes.length > 0) {
    terminal.print(say('wrongTimes', { times: wrongTimes.map(inOneLine).join(', ') }));
  }
  if (options.out !== undefined) terminal.print(say('written', { out: inOneLine(options.out) }));
}
