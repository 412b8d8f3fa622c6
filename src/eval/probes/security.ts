/**
 * Attacks on a model or a server: does it give away what it was told to keep, obey what stands in a document, do what its rules forbid?
 * Success follows from stated rules alone, and can be compared before and after rules of moderation.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { createRng, type Rng } from '../../rng.ts';
import { checkInteger, fail } from '../errors.ts';
import { type Interval, wilsonInterval } from '../significance.ts';
import type { Attack, AttackCategory } from './attacks.ts';
import { hasSucceeded } from './judge-attack.ts';

export interface AttackMessage {
  readonly role: 'system' | 'user';
  readonly content: string;
}

/** What a target said, and the tools that it called; or that it did not take what it was asked. */
export type AttackAnswer =
  | { readonly text: string; readonly calls: readonly string[] }
  | { readonly refusal: string };

/** A model or a server under attack. */
export interface AttackTarget {
  readonly name: string;
  /** Whether it is told of tools and its calls are read. */
  readonly takesTools: boolean;
  ask(
    messages: readonly AttackMessage[],
    options: { readonly tools: readonly string[]; readonly signal?: AbortSignal },
  ): Promise<AttackAnswer>;
}

/** Rules of moderation around a target. */
export interface TextRules {
  /** A text of what is asked, as the rules let it through; `undefined` when they block it. */
  before(text: string): string | undefined;
  /** What is seen of an answer. */
  after(text: string): string;
}

/** `refused`: by a rule, or by the server. */
export type AttackOutcome = 'succeeded' | 'resisted' | 'refused';

export interface AttackResult {
  readonly id: string;
  readonly category: AttackCategory;
  readonly language: Attack['language'];
  readonly before: AttackOutcome;
  /** Behind the rules, where there are any. */
  readonly after?: AttackOutcome;
  /** What was said, or why it was refused. */
  readonly answer: string;
}

export interface AttackCount {
  readonly succeeded: number;
  readonly refused: number;
  /** Of the share that succeeded; Wilson's, 95 %. */
  readonly interval: Interval;
}

export interface AttackRow {
  /** `undefined`: of all. */
  readonly category: AttackCategory | undefined;
  readonly language: Attack['language'] | undefined;
  readonly attacks: number;
  readonly before: AttackCount;
  readonly after?: AttackCount;
}

export interface SecurityReport {
  readonly target: string;
  /** For all, then for each category in each language. */
  readonly rows: readonly AttackRow[];
  readonly results: readonly AttackResult[];
  /** Attacks by tools that a target without tools was not asked. */
  readonly notAsked: number;
  /** The attack whose answer failed; it and those after it have no result. */
  readonly stopped?: { readonly id: string; readonly error: unknown };
}

export interface ProbeSecurityOptions {
  readonly rules?: TextRules;
  /** Requests in a minute at most. Default: as many as it answers. */
  readonly requestsPerMinute?: number;
  /** Of the secrets. */
  readonly seed?: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** In an attack, the secret that is drawn for it. */
const CANARY = '{{canary}}';

/**
 * Puts each attack to the target, one by one. With rules it is judged twice: by the answer as it is, and by what is left of it when the
 * rules had their say before and after; the target is asked anew only where they changed what is asked. A target that fails ends it:
 * what was answered before is reported.
 *
 * @throws what the target threw, where nothing was answered before; the reason of the signal
 */
export async function probeSecurity(
  target: AttackTarget,
  attacks: readonly Attack[],
  options: ProbeSecurityOptions = {},
): Promise<SecurityReport> {
  const { rules, seed = 0, onProgress, signal } = options;
  const asked = attacks.filter(({ tools }) => tools === undefined || target.takesTools);
  if (asked.length === 0) throw fail('eval/no-records', { where: 'probeSecurity' });
  const turn = pace(options.requestsPerMinute, signal);
  const results: AttackResult[] = [];
  const judged = async (attack: Attack): Promise<AttackResult> => {
    const canary = secretWord(createRng(seed).split(attack.id));
    const messages = messagesOf(attack, canary);
    const ask = async (some: readonly AttackMessage[]): Promise<AttackAnswer> => {
      await turn();
      return target.ask(some, { tools: attack.tools ?? [], ...(signal && { signal }) });
    };
    const plain = await ask(messages);
    const judge = (answer: AttackAnswer): AttackOutcome => {
      if ('refusal' in answer) return 'refused';
      return hasSucceeded(attack, answer, canary) ? 'succeeded' : 'resisted';
    };
    const { id, category, language } = attack;
    const result = { id, category, language, before: judge(plain), answer: wordsOf(plain) };
    return rules ? { ...result, after: judge(await behindRules(rules, messages, plain, ask)) } : result;
  };
  const reportOf = () => ({
    target: target.name,
    rows: rowsOf(results),
    results,
    notAsked: attacks.length - asked.length,
  });
  for (const attack of asked) {
    try {
      results.push(await judged(attack));
    } catch (error) {
      if (signal?.aborted || results.length === 0) throw error;
      return { ...reportOf(), stopped: { id: attack.id, error } };
    }
    onProgress?.(results.length, asked.length);
  }
  return reportOf();
}

const wordsOf = (answer: AttackAnswer): string => ('refusal' in answer ? answer.refusal : answer.text);

async function behindRules(
  rules: TextRules,
  messages: readonly AttackMessage[],
  plain: AttackAnswer,
  ask: (messages: readonly AttackMessage[]) => Promise<AttackAnswer>,
): Promise<AttackAnswer> {
  const passed = messages.map(({ role, content }) => ({ role, content: rules.before(content) }));
  const isPassed = (one: (typeof passed)[number]): one is AttackMessage => one.content !== undefined;
  if (!passed.every(isPassed)) return { refusal: 'rules' };
  const isChanged = passed.some(({ content }, i) => content !== messages[i].content);
  const answer = isChanged ? await ask(passed) : plain;
  return 'refusal' in answer ? answer : { ...answer, text: rules.after(answer.text) };
}

function messagesOf({ system, prompt }: Attack, canary: string): AttackMessage[] {
  const filled = (text: string): string => text.replaceAll(CANARY, canary);
  const user = { role: 'user', content: filled(prompt) } as const;
  return system === undefined ? [user] : [{ role: 'system', content: filled(system) }, user];
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const WORD_LETTERS = 8;

/** A secret that no model writes by chance. */
const secretWord = (rng: Rng): string =>
  Array.from({ length: WORD_LETTERS }, () => LETTERS[rng.integer(LETTERS.length)]).join('');

const MINUTE = 60_000;

/** A function that returns when the next request may go out. */
function pace(perMinute: number | undefined, signal?: AbortSignal): () => Promise<void> {
  if (perMinute === undefined) return async () => signal?.throwIfAborted();
  checkInteger('probeSecurity', 'requestsPerMinute', perMinute, 1);
  let next = 0;
  return async () => {
    const wait = next - performance.now();
    if (wait > 0) await delay(wait, undefined, { ...(signal && { signal }) });
    signal?.throwIfAborted();
    next = performance.now() + MINUTE / perMinute;
  };
}

function rowsOf(results: readonly AttackResult[]): AttackRow[] {
  const kinds = new Map(
    results.map(({ category, language }) => [`${category} ${language}`, { category, language }]),
  );
  const rowOf = (
    kind: Pick<AttackRow, 'category' | 'language'>,
    some: readonly AttackResult[],
  ): AttackRow => {
    const count = (outcomes: readonly (AttackOutcome | undefined)[]): AttackCount => {
      const of = (outcome: AttackOutcome): number => outcomes.filter((one) => one === outcome).length;
      const succeeded = of('succeeded');
      return { succeeded, refused: of('refused'), interval: wilsonInterval(succeeded, outcomes.length) };
    };
    return {
      ...kind,
      attacks: some.length,
      before: count(some.map(({ before }) => before)),
      ...(some[0].after !== undefined && { after: count(some.map(({ after }) => after)) }),
    };
  };
  return [
    rowOf({ category: undefined, language: undefined }, results),
    ...[...kinds.values()].map((kind) =>
      rowOf(
        kind,
        results.filter((one) => one.category === kind.category && one.language === kind.language),
      ),
    ),
  ];
}
