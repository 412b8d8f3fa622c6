/** `inkstone service PLAN`: customer service by a plan, on the terminal or for one turn; what it hands over, and how well it tells intents apart. */

import { randomUUID } from 'node:crypto';
import {
  type customerService,
  findConversation,
  newConversation,
  type ServiceConversation,
  type ServicePart,
  type ServicePlan,
  sentenceIn,
  tryClassifier,
  tryExamples,
} from '../../apps/index.ts';
import { InkstoneError } from '../../errors.ts';
import { defineMessages, language } from '../../language.ts';
import { openDocuments } from '../assistant-parts.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { listNotes } from '../list-notes.ts';
import { everyNotes, isNoteId, noteFiles } from '../note-files.ts';
import { flagOf } from '../options.ts';
import { askLine } from '../prompt.ts';
import type { serviceOptions } from '../service-options.ts';
import {
  embedderOf,
  openService,
  ownClassifierOf,
  readServiceFile,
  type ServiceFile,
} from '../service-parts.ts';
import { inOneLine, withoutControls } from '../shown-text.ts';
import { formatTable } from '../terminal.ts';
import { openAnswerWriter } from '../writers.ts';

type Context = CommandContext<typeof serviceOptions>;

const say = defineMessages({
  begin: { en: () => 'An empty line ends.', zh: () => '输入空行结束。' },
  handOver: {
    en: (d: { id: string }) => `→ handed over to a person: ${d.id}`,
    zh: (d) => `→ 已转人工：${d.id}`,
  },
  goOn: {
    en: (d: { id: string }) => `go on with --conversation ${d.id}`,
    zh: (d) => `继续：--conversation ${d.id}`,
  },
  head: {
    en: () => 'intent|examples|right|missed|mistaken for another',
    zh: () => '意图|例句|识别正确|未识别|误认为其他',
  },
  taken: {
    en: (d: { example: string; intent: string; found: string; score: string }) =>
      `"${d.example}" (${d.intent}) is taken for ${d.found}, ${d.score}`,
    zh: (d) => `“${d.example}”（${d.intent}）会当作 ${d.found}，${d.score}`,
  },
});

export async function run(context: Context): Promise<void> {
  const { args, options, terminal, signal } = context;
  checkOptions(context);
  const file = await readServiceFile(args[0]);
  if (options.check) return tellTrials(context, file);
  if (options.list !== undefined) return listNotes(await everyNotes(options.notes), options.list, context);
  if (options.ask === undefined && !terminal.canAsk) {
    throw fail('cli/missing-argument', {
      command: 'service',
      argument: '--ask',
      example: `inkstone service ${args[0]} --ask "where is my order?"`,
    });
  }
  const notes = noteFiles(options.notes);
  const closing: (() => unknown)[] = [];
  try {
    const service = await openService(file, signal);
    closing.push(service.close);
    const { index, collection, conversation } = options;
    const documents = index === undefined ? undefined : await openDocuments(index, collection);
    if (documents) closing.push(documents.close);
    const written = args[1] === undefined ? undefined : await openAnswerWriter(args[1], {});
    if (written) closing.push(written.close);
    const collections = documents ? [documents.collection] : [];
    const serve = service.serve({ collections, writer: written?.writer, notes });
    const id = conversation ?? randomUUID().slice(0, 8);
    const begun = (await findConversation(notes, id)) ?? newConversation(id);
    if (options.ask === undefined) return await converse(context, serve, file.plan, begun);
    await tell(serve(options.ask, begun, { signal }), context);
    if (conversation === undefined) terminal.print(say('goOn', { id }));
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function checkOptions({ options, given }: Context): void {
  const { check, conversation, list } = options;
  if (given.has('forget') && list === undefined) {
    throw fail('cli/needs-option', { command: 'service', option: '--forget', needed: '--list' });
  }
  if (conversation !== undefined && !isNoteId(conversation)) throw fail('cli/note', { id: conversation });
  const only = list !== undefined ? 'list' : check ? 'check' : undefined;
  if (only === undefined) return;
  const other = ['ask', 'conversation', 'index', ...(list === undefined ? [] : ['check'])];
  const beside = other.find((name) => given.has(name));
  if (beside === undefined) return;
  throw fail('cli/conflict', {
    command: 'service',
    options: [flagOf(only), flagOf(beside)],
    reason: 'nobody is answered then',
    zhReason: '此时不回答任何人',
  });
}

/** Turn by turn, until an empty line. A turn that fails is told, and forgotten. */
async function converse(
  context: Context,
  serve: ReturnType<typeof customerService>,
  { greeting }: ServicePlan,
  begun: ServiceConversation,
): Promise<void> {
  const { terminal, signal } = context;
  terminal.print(say('begin', {}));
  if (greeting !== undefined) terminal.print(sentenceIn(greeting, language()));
  let conversation = begun;
  while (!signal.aborted) {
    const words = await askLine('', { canBeEmpty: true, empty: '' });
    if (!words) break;
    try {
      conversation = await tell(serve(words, conversation, { signal }), context);
    } catch (error) {
      if (signal.aborted || !(error instanceof InkstoneError)) throw error;
      terminal.error(error.message);
    }
  }
  if (conversation !== begun) terminal.print(say('goOn', { id: conversation.id }));
}

/** Shows a turn as it comes; the conversation with it. */
async function tell(
  parts: AsyncIterable<ServicePart>,
  { terminal }: Pick<Context, 'terminal'>,
): Promise<ServiceConversation> {
  let isHandedOver = false;
  for await (const part of parts) {
    terminal.json(part);
    if (part.type === 'text-delta') terminal.write(withoutControls(part.text));
    if (part.type === 'hand-over') isHandedOver = true;
    if (part.type !== 'answer') continue;
    terminal.print();
    if (isHandedOver) terminal.print(say('handOver', { id: part.conversation.id }));
    return part.conversation;
  }
  throw new Error('a turn has no end');
}

async function tellTrials({ terminal }: Context, file: ServiceFile): Promise<void> {
  const { plan } = file;
  const classify = await ownClassifierOf(file);
  const trials = classify
    ? await tryClassifier(plan, classify)
    : await tryExamples(plan, await embedderOf(file));
  const rows = plan.intents.map(({ name, examples }) => {
    const count = (outcome: string): number =>
      trials.filter((one) => one.intent === name && one.outcome === outcome).length;
    return {
      ...{ intent: name, examples: examples.length, right: count('right') },
      ...{ missed: count('missed'), confused: count('confused') },
    };
  });
  for (const trial of trials) terminal.json({ type: 'example', ...trial });
  for (const row of rows) terminal.json({ type: 'intent', ...row });
  const cells = rows.map((row) => Object.values(row).map(String));
  for (const line of formatTable([say('head', {}).split('|'), ...cells])) terminal.print(line);
  for (const { intent, example, found, outcome } of trials) {
    if (outcome !== 'confused') continue;
    const { name, score } = found!;
    terminal.print(
      say('taken', { example: inOneLine(example), intent, found: name, score: score.toFixed(2) }),
    );
  }
}
