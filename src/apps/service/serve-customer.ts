/** Customer service, turn by turn: an intent and what is done for it, else the documents, else a person. */

import { defineMessages, type Language } from '../../language.ts';
import type { Collection } from '../../retrieve/index.ts';
import type { Citation, Claim } from '../answer.ts';
import { answerQuestion } from '../answer-question.ts';
import type { AnswerWriter } from '../answer-writer.ts';
import type { Notes } from '../assistant/notes.ts';
import { type CallReport, runTool } from '../assistant/run-call.ts';
import { type AssistantTool, type CheckedTool, checkTools } from '../assistant/tool.ts';
import { fail } from '../errors.ts';
import { languageOf } from '../prompt-text.ts';
import { MOST_QUESTION_CHARACTERS } from '../question.ts';
import { findsWord } from './alarm-words.ts';
import { keepConversation } from './hand-over.ts';
import { type FoundIntent, type IntentClassifier, intentsByExamples } from './intents.ts';
import { readPlaces } from './places.ts';
import { type ServiceIntent, type ServicePlan, sentenceIn } from './plan.ts';

/** What serves everyone alike. */
export interface ServiceBase {
  readonly plan: ServicePlan;
  /** Those that the plan names. */
  readonly tools?: readonly AssistantTool[] | undefined;
  /** Default: by the examples of the plan. */
  readonly classify?: IntentClassifier | undefined;
  /** For tests. */
  readonly now?: (() => Date) | undefined;
}

/** What is known to one who serves, and where it is kept. */
export interface ServiceKnowledge {
  /** The knowledge that answers what no intent is for. */
  readonly collections?: readonly Collection[] | undefined;
  /** Who writes answers from it; without, sentences are quoted. */
  readonly writer?: AnswerWriter | undefined;
  /** Where conversations and hand-overs are kept. */
  readonly notes: Notes;
}

export type ServiceOptions = ServiceBase & ServiceKnowledge;

/** A place in a document that an answer was made from. */
export type ServiceSource = Pick<Citation, 'key' | 'source' | 'start' | 'end'>;

/** What was said at once; of the service also what it took the words for, and what it looked into. */
export interface ServiceTurn {
  readonly role: 'customer' | 'service' | 'person';
  readonly text: string;
  /** ISO 8601. */
  readonly at: string;
  readonly intent?: FoundIntent | undefined;
  readonly sources?: readonly ServiceSource[] | undefined;
}

/** A conversation, as it is kept: plain data. */
export interface ServiceConversation {
  readonly id: string;
  readonly turns: readonly ServiceTurn[];
  /** Turns in a row that found no answer. */
  readonly failures: number;
  /** An intent whose tool lacks something, or waits for a yes. */
  readonly pending?:
    | { readonly intent: string; readonly values: Readonly<Record<string, string>> }
    | undefined;
  readonly isHandedOver: boolean;
}

export type HandOverReason = 'wish' | 'rule' | 'intent' | 'failures';

/** What a turn tells, in order. */
export type ServicePart =
  | ({ readonly type: 'intent' } & FoundIntent)
  | ({ readonly type: 'tool-result' } & Omit<CallReport, 'id'>)
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'sources'; readonly sources: readonly ServiceSource[] }
  | { readonly type: 'hand-over'; readonly reason: HandOverReason }
  | { readonly type: 'answer'; readonly answer: string; readonly conversation: ServiceConversation };

const say = defineMessages({
  handOver: {
    en: () => 'I pass this on to a person, who will read all of it.',
    zh: () => '我把对话转给人工，同事会看到全部内容。',
  },
  handedOver: {
    en: () => 'A person has this conversation; I have added your words.',
    zh: () => '此对话已转人工，您的话已补充进去。',
  },
  notFound: {
    en: () => 'I did not find an answer to that. Please say it in other words, or ask for a person.',
    zh: () => '没有找到答案。请换个说法，或要求转人工。',
  },
  failed: { en: () => 'That did not work just now.', zh: () => '刚才没有成功。' },
  confirm: {
    en: (d: { intent: string; values: string }) => `Shall I do this: ${d.intent} ${d.values}? (yes/no)`,
    zh: (d) => `确定要这样做吗：${d.intent} ${d.values}？（是/否）`,
  },
  cancelled: { en: () => 'Then I leave it.', zh: () => '好的，不做了。' },
});

/** 人工 alone also begins other words: 人工智能. */
const WISH =
  /\b(?:speak|talk|chat|connect me|pass me)\b.{0,20}\b(?:human|person|agent|someone|representative|staff)\b|^(?:a )?(?:human|person|agent|operator)(?: please)?[.!]?$|转(?:接|到)?人工|[找要接叫换]个?人工|人工(?:客服|服务|坐席)|^人工[。！!]?$|真人|找客服/iu;
const YES = /^(?:yes|y|yes please|sure|ok|okay|do it|是|是的|对|好|好的|可以|确定|确认|嗯)[.!。！]?$/i;
const NO = /^(?:no|n|no thanks|don't|不|不是|不要|不用|算了|取消|否)[.!。！]?$/i;

/** A new conversation. */
export const newConversation = (id: string): ServiceConversation => ({
  id,
  turns: [],
  failures: 0,
  isHandedOver: false,
});

/** Serves one conversation after the other by a plan. @throws `apps/tool`, `apps/service-tool` */
export const customerService = ({ collections, writer, notes, ...base }: ServiceOptions) =>
  serviceByPlan(base)({ collections, writer, notes });

/** Everything of a plan made ready once, for as many as serve by it. @throws `apps/tool`, `apps/service-tool` */
export function serviceByPlan(options: ServiceBase) {
  const { plan, now = () => new Date() } = options;
  const tools = checkTools(options.tools ?? []);
  const intents = new Map(plan.intents.map((intent) => [intent.name, intent]));
  for (const { name, tool } of plan.intents) {
    if (tool !== undefined && !tools.has(tool)) throw fail('apps/service-tool', { intent: name, tool });
  }
  const classify = options.classify ?? intentsByExamples(plan.intents);
  const isAlarm = findsWord(plan.handOverWords);
  const ready = { plan, tools, intents, classify, isAlarm, now };
  return (knowledge: ServiceKnowledge) => serviceWith(ready, knowledge);
}

interface ReadyPlan {
  readonly plan: ServicePlan;
  readonly tools: ReadonlyMap<string, CheckedTool>;
  readonly intents: ReadonlyMap<string, ServiceIntent>;
  readonly classify: IntentClassifier;
  readonly isAlarm: (words: string) => boolean;
  readonly now: () => Date;
}

function serviceWith(
  { plan, tools, intents, classify, isAlarm, now }: ReadyPlan,
  { collections = [], writer, notes }: ServiceKnowledge,
) {
  /** Answers the customer's words; the last part has the conversation as it is kept. */
  return async function* serve(
    words: string,
    before: ServiceConversation,
    { signal = new AbortController().signal, letThrough = (answer) => answer }: TurnOptions = {},
  ): AsyncGenerator<ServicePart, void> {
    const length = words.trim().length;
    if (length < 1 || length > MOST_QUESTION_CHARACTERS) {
      throw fail('apps/question', { most: MOST_QUESTION_CHARACTERS, got: length });
    }
    const language = languageOf(words);
    const { failures, pending } = before;
    const turn: Turn = { words: words.trim(), before, language, signal, failures, pending };
    let found = '';
    let reason: HandOverReason | undefined;
    let intent: FoundIntent | undefined;
    let sources: readonly ServiceSource[] | undefined;
    for await (const part of before.isHandedOver ? stay(language) : act(turn)) {
      if (part.type === 'text-delta') found += part.text;
      if (part.type === 'hand-over') reason = part.reason;
      if (part.type === 'intent') intent = { name: part.name, score: part.score };
      if (part.type === 'sources') sources = part.sources.map((one) => letThroughSource(one, letThrough));
      yield part;
    }
    const answer = letThrough(found);
    const at = now().toISOString();
    const said: ServiceTurn = {
      ...{ role: 'service', text: answer, at },
      ...(intent && { intent }),
      ...(sources && { sources }),
    };
    const conversation: ServiceConversation = {
      id: before.id,
      turns: [...before.turns, { role: 'customer', text: turn.words, at }, said],
      failures: turn.failures,
      pending: turn.pending,
      isHandedOver: before.isHandedOver || reason !== undefined,
    };
    await keepConversation(notes, conversation, reason);
    yield { type: 'answer', answer, conversation };
  };

  async function* stay(language: Language): AsyncGenerator<ServicePart, void> {
    yield { type: 'text-delta', text: say('handedOver', {}, language) };
  }

  async function* act(turn: Turn): AsyncGenerator<ServicePart, void> {
    const { words, pending } = turn;
    if (WISH.test(words)) return yield* handOver(turn, 'wish');
    if (isAlarm(words)) return yield* handOver(turn, 'rule');
    turn.pending = undefined;
    const asked = pending && intents.get(pending.intent);
    // The plan may have changed since: an intent that calls no tool any more waits for nothing.
    const waiting = pending && asked?.tool !== undefined ? { ...pending, intent: asked } : undefined;
    if (waiting && NO.test(words)) return yield* tell(turn, say('cancelled', {}, turn.language));
    // A yes is to what was asked, and to nothing that stands beside it.
    if (waiting && YES.test(words)) {
      return yield* callTool(turn, waiting.intent, { values: waiting.values, isYes: true });
    }
    if (waiting) {
      const values = { ...waiting.values, ...readPlaces(waiting.intent, words) };
      const isNew = Object.entries(values).some(([name, value]) => waiting.values[name] !== value);
      if (isNew) return yield* callTool(turn, waiting.intent, { values, isYes: false });
    }
    const found = await classify(words);
    const intent = found && found.score >= plan.threshold ? intents.get(found.name) : undefined;
    if (!intent) return yield* lookUp(turn);
    yield { type: 'intent', ...found! };
    if (intent.handOver) return yield* handOver(turn, 'intent');
    if (intent.answer !== undefined) return yield* tell(turn, sentenceIn(intent.answer, turn.language));
    yield* callTool(turn, intent, { values: readPlaces(intent, words), isYes: false });
  }

  async function* callTool(
    turn: Turn,
    intent: ServiceIntent,
    { values, isYes }: { readonly values: Readonly<Record<string, string>>; readonly isYes: boolean },
  ): AsyncGenerator<ServicePart, void> {
    const { language, signal } = turn;
    const tool = tools.get(intent.tool!)!;
    const lacking = Object.entries(intent.places).find(([name]) => !Object.hasOwn(values, name));
    if (lacking || (tool.hasEffect && !isYes)) {
      turn.pending = { intent: intent.name, values };
      const question = lacking
        ? sentenceIn(lacking[1].ask, language)
        : confirmation(intent, values, language);
      return yield* tell(turn, question);
    }
    signal.throwIfAborted();
    // Kept before it runs: whoever leaves meanwhile and says yes once more does not have it done twice.
    if (tool.hasEffect) await keepConversation(notes, { ...turn.before, pending: undefined });
    const report = await checkedRun(tool, values, { language, signal, now });
    yield { type: 'tool-result', ...report };
    if (report.status === 'done') return yield* tell(turn, report.text);
    yield* missed(turn, say('failed', {}, language));
  }

  async function* lookUp(turn: Turn): AsyncGenerator<ServicePart, void> {
    const { words, language, signal } = turn;
    if (collections.length === 0) return yield* missed(turn, say('notFound', {}, language));
    for await (const part of answerQuestion(words, { collections, writer, signal })) {
      if (part.type === 'text-delta') yield part;
      if (part.type !== 'answer') continue;
      if (part.kind !== 'answer') {
        yield* missed(turn, say('notFound', {}, language));
        continue;
      }
      turn.failures = 0;
      yield { type: 'sources', sources: sourcesOf(part.claims) };
    }
  }

  async function* tell(turn: Turn, text: string): AsyncGenerator<ServicePart, void> {
    turn.failures = 0;
    yield { type: 'text-delta', text };
  }

  /** Says so, or passes it on when it happened too often. */
  async function* missed(turn: Turn, text: string): AsyncGenerator<ServicePart, void> {
    turn.failures++;
    if (turn.failures >= plan.afterFailures) yield* handOver(turn, 'failures');
    else yield { type: 'text-delta', text };
  }

  async function* handOver(turn: Turn, reason: HandOverReason): AsyncGenerator<ServicePart, void> {
    turn.pending = undefined;
    yield { type: 'hand-over', reason };
    yield { type: 'text-delta', text: say('handOver', {}, turn.language) };
  }
}

/** Each place once, in the order of the sentences. */
function sourcesOf(claims: readonly Claim[]): ServiceSource[] {
  const places = new Map<string, ServiceSource>();
  for (const { key, source, start, end } of claims.flatMap(({ citations }) => citations)) {
    places.set(`${key} ${start} ${end}`, { key, source, start, end });
  }
  return [...places.values()];
}

/** The key of a document is its name, and stays. */
const letThroughSource = (one: ServiceSource, letThrough: (text: string) => string): ServiceSource => ({
  ...one,
  source: letThrough(one.source),
});

interface TurnOptions {
  readonly signal?: AbortSignal;
  /** What may be said, and kept, of an answer, as its whole text; parts before the last are as they were. */
  readonly letThrough?: (answer: string) => string;
}

/** One message, and what it changes of its conversation. */
interface Turn {
  readonly words: string;
  readonly before: ServiceConversation;
  readonly language: Language;
  readonly signal: AbortSignal;
  failures: number;
  pending: ServiceConversation['pending'];
}

async function checkedRun(
  tool: CheckedTool,
  values: Readonly<Record<string, string>>,
  options: Parameters<typeof runTool>[2],
): Promise<Omit<CallReport, 'id'>> {
  const checked = tool.check(values, options.language);
  if ('args' in checked) return runTool(tool, checked.args, options);
  return { name: tool.name, arguments: values, status: 'failed', text: checked.problem };
}

function confirmation(
  { name, confirm }: ServiceIntent,
  values: Readonly<Record<string, string>>,
  language: Language,
): string {
  if (confirm === undefined)
    return say('confirm', { intent: name, values: JSON.stringify(values) }, language);
  return sentenceIn(confirm, language).replace(/\{(\w+)\}/g, (_, place) =>
    Object.hasOwn(values, place) ? values[place] : '',
  );
}
