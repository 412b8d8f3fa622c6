/** `inkstone assist [MODEL]`: an assistant with tools, on the terminal or for one question; with or without a model. */

import { type AssistPart, assist, type Confirm, type Turn } from '../../apps/index.ts';
import { InkstoneError } from '../../errors.ts';
import { defineMessages } from '../../language.ts';
import type { assistOptions } from '../assist-options.ts';
import { openAssistant, openDocuments, openOwnTools, usualTools } from '../assistant-parts.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { listNotes } from '../list-notes.ts';
import { noteFiles } from '../note-files.ts';
import { flagOf } from '../options.ts';
import { askLine, isYes } from '../prompt.ts';
import { inOneLine, withoutControls } from '../shown-text.ts';
import { hearQuestion, openVoice } from '../spoken-turns.ts';

type Context = CommandContext<typeof assistOptions>;

const say = defineMessages({
  begin: {
    en: (d: { tools: string }) => `Tools: ${d.tools}. An empty line ends.`,
    zh: (d) => `工具：${d.tools}。输入空行结束。`,
  },
  confirm: {
    en: (d: { name: string; args: string }) => `${d.name} ${d.args} has effects. Run it? (yes/no)`,
    zh: (d) => `${d.name} ${d.args} 会产生影响。执行吗？（是/否）`,
  },
  yesOrNo: { en: () => 'yes or no', zh: () => '请回答是或否' },
  waiting: {
    en: (d: { name: string; args: string }) =>
      `not run, since it has effects and nobody said yes: ${d.name} ${d.args}; add --yes`,
    zh: (d) => `未执行：${d.name} ${d.args} 会产生影响，而无人同意；请加 --yes`,
  },
  reminder: { en: (d: { text: string }) => `Reminder: ${d.text}`, zh: (d) => `提醒：${d.text}` },
  heard: { en: (d: { text: string }) => `Heard: ${d.text}`, zh: (d) => `听到：${d.text}` },
  rounds: {
    en: () => 'the model wanted ever more tools: --max-rounds was reached',
    zh: () => '模型一再请求工具：已达 --max-rounds',
  },
});

export async function run(context: Context): Promise<void> {
  const { args, options, terminal, signal } = context;
  checkOptions(context);
  const notes = noteFiles(options.notes);
  if (options.list !== undefined) return listNotes(notes, options.list, context);
  const isOne = options.ask !== undefined || options.audio !== undefined;
  if (!isOne && !terminal.canAsk) {
    throw fail('cli/missing-argument', {
      command: 'assist',
      argument: '--ask',
      example: 'inkstone assist --ask "what is 15% of 80?"',
    });
  }
  // What is missing is told before anything is opened or asked.
  const voice = options.voice === undefined ? undefined : openVoice(options.voice, options.speaker);
  const question = options.audio === undefined ? options.ask : await hearQuestion(options.audio, context);
  if (options.audio !== undefined) {
    terminal.json({ type: 'heard', text: question });
    terminal.print(say('heard', { text: inOneLine(question!) }));
  }
  const closing: (() => unknown)[] = [];
  try {
    const documents =
      options.index === undefined ? undefined : await openDocuments(options.index, options.collection);
    if (documents) closing.push(documents.close);
    const usual = usualTools(notes, documents ? [documents.collection] : []);
    const own = await openOwnTools(options, usual, signal);
    closing.push(own.close);
    const tools = [...own.tools, ...usual];
    const { model, close } = await openAssistant(args[0]);
    closing.push(close);
    const { maxRounds, maxTokens } = options;
    const how = { model: model(tools), tools, notes, maxRounds, maxTokens, signal };
    const answer = (turns: readonly Turn[]) =>
      tell(assist(turns, { ...how, confirm: confirmer(context) }), context);
    if (question !== undefined) {
      const told = await answer([{ role: 'user', content: question }]);
      await voice?.(told, context);
    } else {
      terminal.print(say('begin', { tools: tools.map(({ name }) => name).join(', ') }));
      await converse(answer, () => askLine('', { canBeEmpty: true, empty: '' }), context);
    }
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function checkOptions({ options, given }: Context): void {
  const needs = (option: string, needed: string): void => {
    if (given.has(option) && !given.has(needed)) {
      throw fail('cli/needs-option', { command: 'assist', option: flagOf(option), needed: flagOf(needed) });
    }
  };
  needs('forget', 'list');
  needs('collection', 'index');
  needs('speaker', 'voice');
  needs('listener', 'audio');
  if (!given.has('audio')) needs('voice', 'ask');
  if (given.has('audio') && given.has('ask')) {
    throw fail('cli/conflict', {
      command: 'assist',
      options: ['--ask', '--audio'],
      reason: 'one question is asked',
      zhReason: '只能问一个问题',
    });
  }
  const other = ['ask', 'audio', 'tools', 'mcp', 'index', 'weather', 'yes'].find((name) => given.has(name));
  if (options.list !== undefined && other !== undefined) {
    throw fail('cli/conflict', {
      command: 'assist',
      options: ['--list', flagOf(other)],
      reason: 'notes are only shown',
      zhReason: '此时只列出记录',
    });
  }
}

/** Asks the person at the terminal; nobody there is no yes. */
function confirmer({ options, terminal }: Context): Confirm {
  return async ({ name, arguments: args }) => {
    if (options.yes) return true;
    if (!terminal.canAsk) return 'later';
    const question = say('confirm', { name, args: inOneLine(JSON.stringify(args)) });
    const answer = await askLine(question, { canBeEmpty: false, empty: say('yesOrNo', {}) });
    return isYes(answer);
  };
}

/** Turn by turn, until an empty line. A turn that fails is told, and forgotten. */
export async function converse(
  answer: (turns: readonly Turn[]) => Promise<string>,
  nextLine: () => Promise<string | undefined>,
  { terminal, signal }: Pick<Context, 'terminal' | 'signal'>,
): Promise<void> {
  const turns: Turn[] = [];
  while (!signal.aborted) {
    const words = await nextLine();
    if (!words) return;
    const asked: Turn[] = [...turns, { role: 'user', content: words }];
    try {
      turns.splice(0, turns.length, ...asked, { role: 'assistant', content: await answer(asked) });
    } catch (error) {
      if (signal.aborted || !(error instanceof InkstoneError)) throw error;
      terminal.error(error.message);
    }
  }
}

/** Shows the parts as they come; the whole answer. */
async function tell(
  parts: AsyncIterable<AssistPart>,
  { terminal }: Pick<Context, 'terminal'>,
): Promise<string> {
  let answer = '';
  let isLineOpen = false;
  const line = (text: string): void => {
    terminal.print(isLineOpen ? `\n${text}` : text);
    isLineOpen = false;
  };
  for await (const part of parts) {
    terminal.json(part);
    if (part.type === 'text-delta') {
      const text = withoutControls(part.text);
      terminal.write(text);
      if (text !== '') isLineOpen = !text.endsWith('\n');
    } else if (part.type === 'reminder') line(say('reminder', { text: inOneLine(part.note.text) }));
    else if (part.type === 'tool-call') line(inOneLine(`→ ${part.name} ${JSON.stringify(part.arguments)}`));
    else if (part.type === 'tool-result') {
      const { name, status, text } = part;
      if (status === 'waiting')
        line(say('waiting', { name, args: inOneLine(JSON.stringify(part.arguments)) }));
      else if (status !== 'done') line(`← ${inOneLine(text)}`);
    } else {
      answer = part.answer;
      if (isLineOpen) terminal.print();
      if (part.finish === 'rounds') line(say('rounds', {}));
    }
  }
  return answer;
}
