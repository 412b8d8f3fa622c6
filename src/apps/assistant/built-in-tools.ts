/** Tools that every assistant has: a calculator, the clock, reminders, messages to send, documents to look in. */

import { InkstoneError } from '../../errors.ts';
import { defineMessages } from '../../language.ts';
import type { Collection } from '../../retrieve/index.ts';
import { answerWhole } from '../answer-question.ts';
import { fail } from '../errors.ts';
import { MOST_QUESTION_CHARACTERS } from '../question.ts';
import { showTime } from './assist-prompt.ts';
import { evaluateExpression, showNumber } from './expression.ts';
import { keepNote, type Note, type Notes } from './notes.ts';
import {
  type AssistantTool,
  anObject,
  aText,
  MOST_ORDER_CHARACTERS,
  type ToolContext,
  tidyWords,
  wordPatterns,
} from './tool.ts';
import { readWhen } from './when.ts';

const say = defineMessages({
  reminderKept: {
    en: (d: { text: string; time: string }) => `I will remind you on ${d.time}: ${d.text}`,
    zh: (d) => `将于${d.time}提醒：${d.text}`,
  },
  noReminders: { en: () => 'There are no reminders.', zh: () => '没有提醒。' },
  messageKept: {
    en: (d: { to: string; text: string }) => `The message to ${d.to} is in the outbox: ${d.text}`,
    zh: (d) => `给 ${d.to} 的消息已放入发件箱：${d.text}`,
  },
  notInDocuments: { en: () => 'Not in the documents.', zh: () => '文档中没有。' },
});

/** What stands around an expression in a question. */
const ASKS_VALUE =
  /^(?:please\s+)?(?:what is|what's|how much is|calculate|compute|请?(?:帮我)?(?:计算|算一下|算算|算))?\s*[:：]?\s*(.+?)\s*(?:=|等于(?:多少|几)|是(?:多少|几))?$/i;

export const calculator: AssistantTool = {
  name: 'calculator',
  description:
    'The value of an arithmetic expression: + - * / ^ ( ), %, sqrt, round, min, max, ln, log, sin, pi.',
  parameters: anObject({ expression: aText('such as (17.5 + 3) * 12 or 15% of 80') }),
  hasEffect: false,
  fromWords(words) {
    const [, expression = ''] = ASKS_VALUE.exec(tidyWords(words)) ?? [];
    // A number alone, or a year with a dash behind it, asks for nothing.
    if (!/\d\s*\D|[a-z]\s*\(/i.test(expression) || /^\d{4}-\d{1,2}-\d{1,2}$/.test(expression))
      return undefined;
    try {
      evaluateExpression(expression);
    } catch (error) {
      if (!(error instanceof InkstoneError && error.code === 'apps/no-value')) return undefined;
    }
    return { expression };
  },
  run: async ({ expression }) => `${expression} = ${showNumber(evaluateExpression(String(expression)))}`,
};

const ASKS_TIME =
  /^(?:what(?:'s| is) the (?:time|date)(?: (?:now|today))?|what time is it(?: now)?|what day is (?:it|today)|(?:现在|今天)?(?:是)?(?:几点(?:了|钟)?|几号|星期几|周几|什么日期|什么时间)|现在时间|今天日期)$/i;

export const clock: AssistantTool = {
  name: 'clock',
  description: 'The date, the day of the week and the time now.',
  parameters: anObject(
    { timeZone: aText('an IANA time zone such as Asia/Shanghai; default: that of the machine') },
    [],
  ),
  hasEffect: false,
  fromWords: (words) => (ASKS_TIME.test(tidyWords(words)) ? {} : undefined),
  async run({ timeZone }, { now, language }) {
    try {
      return showTime(now, language, timeZone === undefined ? undefined : String(timeZone));
    } catch {
      throw fail('apps/time-zone', { got: String(timeZone) });
    }
  },
};

const REMIND = wordPatterns([
  'remind me to {text} ({when})',
  'remind me {when} to {text}',
  '{when}提醒我{text}',
  '提醒我{when}{text}',
]);
/** `remind me to call Li in 10 minutes`: where the time begins is found by trying. */
const REMIND_AT_END = /^remind me (?:to |that )?(.+)$/i;
const LIST_REMINDERS =
  /^(?:(?:list|show)(?: me)?(?: my| all)? reminders|what are my reminders|(?:列出|查看|显示)?(?:我的|所有)?提醒(?:列表|有哪些)?)$/i;

/** What is to be remembered, and when, out of words. */
function reminderFrom(words: string, now: Date): { text: string; when: string } | undefined {
  const plain = tidyWords(words);
  if (plain.length > MOST_ORDER_CHARACTERS) return undefined;
  const found = REMIND(plain, { now, language: 'en' });
  if (found && readWhen(String(found.when), now))
    return { text: String(found.text), when: String(found.when) };
  const zh = /^提醒我(.+)$/.exec(plain)?.[1];
  const [, rest = ''] = REMIND_AT_END.exec(plain) ?? [];
  const pieces = zh === undefined ? rest.split(' ') : [...zh];
  const joint = zh === undefined ? ' ' : '';
  for (let at = 1; at < pieces.length; at++) {
    const [head, tail] = [pieces.slice(0, at).join(joint), pieces.slice(at).join(joint)];
    const [text, when] = zh === undefined ? [head, tail] : [tail, head];
    if (readWhen(when, now) && !(zh !== undefined && readWhen(head + pieces[at], now))) return { text, when };
  }
  return undefined;
}

/** Reminders that are kept, and told when they are due; see `dueReminders`. */
export function reminderTools(notes: Notes): AssistantTool[] {
  return [
    {
      name: 'add_reminder',
      description: 'Keeps a reminder that is told to the person when it is due.',
      parameters: anObject({
        text: aText('what to remind of'),
        when: aText('when: 2026-12-01 09:00, in 10 minutes, tomorrow at 9'),
      }),
      hasEffect: true,
      fromWords: (words, { now }) => reminderFrom(words, now),
      async run({ text, when }, { now, language }) {
        const time = readWhen(String(when), now);
        if (!time) throw fail('apps/when', { got: String(when) });
        const note = await keepNote(notes, 'reminder', String(text), { due: time.toISOString() });
        return say('reminderKept', { text: note.text, time: showTime(time, language) }, language);
      },
    },
    {
      name: 'list_reminders',
      description: 'The reminders that are kept.',
      parameters: anObject({}),
      hasEffect: false,
      fromWords: (words) => (LIST_REMINDERS.test(tidyWords(words)) ? {} : undefined),
      async run(_, { language }) {
        const all = await notes.list('reminder');
        if (all.length === 0) return say('noReminders', {}, language);
        return all.map((note) => `- ${showTime(dueOf(note), language)}: ${note.text}`).join('\n');
      },
    },
  ];
}

const dueOf = ({ detail }: Note): Date => new Date(String(detail?.due));

/** The reminders whose time has come. They are told once: they are kept no longer. */
export async function dueReminders(notes: Notes, now: Date): Promise<Note[]> {
  const due = (await notes.list('reminder')).filter((note) => dueOf(note) <= now);
  // Told by whoever takes it away: two conversations do not tell the same twice.
  const taken = await Promise.all(due.map((note) => notes.remove('reminder', note.id)));
  return due.filter((_, i) => taken[i]);
}

const SEND = wordPatterns([
  'send {to} a message: {text}',
  'send a message to {to}: {text}',
  'tell {to}: {text}',
  '给{to}发消息:{text}',
  '给{to}发一条消息:{text}',
  '发消息给{to}:{text}',
]);

/** Messages go to an outbox, from which another program or a person sends them. */
export const messageTool = (notes: Notes): AssistantTool => ({
  name: 'send_message',
  description: 'Puts a message to someone into the outbox.',
  parameters: anObject({ to: aText('to whom'), text: aText('what it says') }),
  hasEffect: true,
  fromWords: SEND,
  async run({ to, text }, { language }) {
    await keepNote(notes, 'message', String(text), { to });
    return say('messageKept', { to: String(to), text: String(text) }, language);
  },
});

const SEARCH = wordPatterns([
  'search for {query}',
  'search {query}',
  'look up {query}',
  '搜索{query}',
  '查找{query}',
  '查一下{query}',
]);
const QUESTION =
  /[?？]\s*$|^(?:who|what|when|where|why|how|which|does|do|is|are|can)\b|什么|谁|哪|多少|为什么|怎么|几[个年月天]/iu;

/** Looks into documents; its sentences come with their sources. As the last tool it takes every question. */
export const documentsTool = (collections: readonly Collection[]): AssistantTool => ({
  name: 'search_documents',
  description: 'Looks for the answer to a question in the documents; gives their sentences with the sources.',
  parameters: anObject({ query: { ...aText('the question'), maxLength: MOST_QUESTION_CHARACTERS } }),
  hasEffect: false,
  fromWords: (words, context) =>
    SEARCH(words, context) ?? (QUESTION.test(words.trim()) ? { query: words.trim() } : undefined),
  async run({ query }, { signal, language }: ToolContext) {
    const answer = await answerWhole(String(query), { collections, maxSentences: 5, signal });
    if (answer.kind !== 'answer') return say('notInDocuments', {}, language);
    const { passages, claims } = answer;
    return claims
      .map(({ text, citations: [cited] }) => `${text} (${passages[cited.passage - 1].source})`)
      .join('\n');
  },
});

/** All of them that these parts allow, in the order in which words are tried on them. */
export function builtInTools({
  notes,
  collections = [],
}: {
  readonly notes: Notes;
  readonly collections?: readonly Collection[];
}): AssistantTool[] {
  return [calculator, clock, ...reminderTools(notes), messageTool(notes)].concat(
    collections.length > 0 ? [documentsTool(collections)] : [],
  );
}
