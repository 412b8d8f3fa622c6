/** One call of a tool: checked, confirmed by a person where it has effects, run for a bounded time, reported. */

import { isDeepStrictEqual } from 'node:util';
import { InkstoneError } from '../../errors.ts';
import { defineMessages, type Language } from '../../language.ts';
import type { AskedCall } from './message.ts';
import type { CheckedTool, ToolArguments } from './tool.ts';

/** A call that a person is asked about: exactly this is run. */
export interface ProposedCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: ToolArguments;
}

/** Yes, no, or later: then it waits, and the answer ends. */
export type Confirm = (call: ProposedCall) => Promise<boolean | 'later'>;

/** A call that this very answer has made before, and what came of it. */
export interface MadeCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly text: string;
}

export interface CallReport {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
  readonly status: 'done' | 'failed' | 'refused' | 'waiting';
  /** What the tool said, or why it did not run. */
  readonly text: string;
}

export interface CallerOptions {
  readonly language: Language;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  readonly confirm?: Confirm | undefined;
  /** Told again, each once, and not made again. */
  readonly made?: readonly MadeCall[] | undefined;
  /** How long a tool may take, in ms. Default 30 s. */
  readonly timeoutMs?: number;
}

const say = defineMessages({
  unknown: {
    en: (d: { names: string }) => `there is no such tool; the tools are: ${d.names}`,
    zh: (d) => `没有此工具；可用的工具：${d.names}`,
  },
  unreadable: {
    en: () => 'the call is no JSON object with "name" and "arguments"',
    zh: () => '调用不是含 "name" 与 "arguments" 的 JSON 对象',
  },
  wrong: {
    en: (d: { problem: string }) => `the arguments do not fit the schema: ${d.problem}`,
    zh: (d) => `参数不符合 schema：${d.problem}`,
  },
  again: {
    en: () => 'this very call was made before; use what it said',
    zh: () => '同样的调用已做过；请使用已有结果',
  },
  refused: { en: () => 'the person said no', zh: () => '用户没有同意' },
  waiting: { en: () => "waits for the person's yes", zh: () => '等待用户同意' },
  late: {
    en: (d: { seconds: number }) => `no result after ${d.seconds} seconds`,
    zh: (d) => `${d.seconds} 秒内没有结果`,
  },
  silent: { en: () => 'done; it said nothing', zh: () => '已完成；没有输出' },
});

const TIMEOUT_MS = 30_000;
/** Characters of a result that are told. */
const MOST_RESULT = 8000;
/** How often the very same call is run in one answer. */
const MOST_ALIKE = 2;

/** Runs the calls of one answer. */
export function createCaller(
  tools: ReadonlyMap<string, CheckedTool>,
  { language, signal, now, confirm = async () => 'later', made = [], timeoutMs }: CallerOptions,
): (call: AskedCall, given: unknown) => Promise<CallReport> {
  const counts = new Map<string, number>();
  const before = [...made];
  return async (call, given) => {
    const { id, name } = call;
    const report = (status: CallReport['status'], text: string, args: unknown = given): CallReport => ({
      ...{ id, name, arguments: args, status, text },
    });
    if (given === undefined) return report('failed', say('unreadable', {}, language), call.arguments);
    const tool = tools.get(name);
    if (!tool) return report('failed', say('unknown', { names: [...tools.keys()].join(', ') }, language));
    const checked = tool.check(given, language);
    if ('problem' in checked) return report('failed', say('wrong', checked, language));
    const { args } = checked;
    const alike = `${name} ${JSON.stringify(args)}`;
    const count = (counts.get(alike) ?? 0) + 1;
    counts.set(alike, count);
    if (count > MOST_ALIKE) return report('refused', say('again', {}, language), args);
    const at = before.findIndex((one) => one.name === name && isDeepStrictEqual(one.arguments, args));
    if (at >= 0) return report('done', before.splice(at, 1)[0].text, args);
    if (tool.hasEffect) {
      const isWanted = await confirm({ id, name, arguments: args });
      signal.throwIfAborted();
      if (isWanted === 'later') return report('waiting', say('waiting', {}, language), args);
      if (!isWanted) return report('refused', say('refused', {}, language), args);
    }
    return { ...(await runTool(tool, args, { language, signal, now, timeoutMs })), id };
  };
}

/** Runs a tool whose call was checked and agreed to; what it throws is its result. @throws when the signal aborts */
export async function runTool(
  tool: CheckedTool,
  args: ToolArguments,
  { language, signal, now, timeoutMs = TIMEOUT_MS }: Omit<CallerOptions, 'confirm' | 'made'>,
): Promise<Omit<CallReport, 'id'>> {
  const { name } = tool;
  const late = AbortSignal.timeout(timeoutMs);
  const both = AbortSignal.any([signal, late]);
  try {
    // A tool that does not listen to its signal is waited for no longer, either.
    const said = await Promise.race([tool.run(args, { now: now(), language, signal: both }), abortOf(both)]);
    const text = said.trim() === '' ? say('silent', {}, language) : said.trim();
    const isLong = text.length > MOST_RESULT;
    return { name, arguments: args, status: 'done', text: isLong ? `${text.slice(0, MOST_RESULT)}…` : text };
  } catch (error) {
    signal.throwIfAborted();
    const text = late.aborted
      ? say('late', { seconds: timeoutMs / 1000 }, language)
      : reasonOf(error, language);
    return { name, arguments: args, status: 'failed', text: text.slice(0, MOST_RESULT) };
  }
}

const abortOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, refuse) => {
    if (signal.aborted) refuse(signal.reason);
    signal.addEventListener('abort', () => refuse(signal.reason), { once: true });
  });

const reasonOf = (error: unknown, language: Language): string =>
  error instanceof InkstoneError
    ? error.text(language)
    : error instanceof Error
      ? error.message
      : String(error);
