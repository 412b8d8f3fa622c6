/** `inkstone code repair FILE --command …`: tries corrections on a copy of the file; the file itself is written on a yes alone. */

import { chmod, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { languageOfFile, lineDiff, type RepairPart, repairCode, runCommand } from '../../apps/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { failCode } from '../code-errors.ts';
import { type CodeContext, subjectOf, withWriter } from '../code-parts.ts';
import { readTextFile } from '../corpus.ts';
import { fail } from '../errors.ts';
import { askLine, isYes } from '../prompt.ts';
import { splitWords } from '../shell-words.ts';
import { inOneLine, withoutControls } from '../shown-text.ts';

const say = defineMessages({
  run: {
    en: (d: { round: number; how: string; said: string }) => `round ${d.round}: ${d.how}; ${d.said}`,
    zh: (d) => `第 ${d.round} 轮：${d.how}；${d.said}`,
  },
  exit: {
    en: (d: { status: number | null }) => `exit status ${d.status}`,
    zh: (d) => `退出状态 ${d.status}`,
  },
  time: { en: () => 'killed at --timeout', zh: () => '到 --timeout 时被终止' },
  output: { en: () => 'killed: it said more than 1 MiB', zh: () => '被终止：输出超过 1 MiB' },
  killed: { en: () => 'killed by a signal', zh: () => '被信号终止' },
  silent: { en: () => 'it said nothing', zh: () => '没有输出' },
  asking: {
    en: (d: { round: number }) => `round ${d.round}: the model writes`,
    zh: (d) => `第 ${d.round} 轮：模型在写`,
  },
  continued: {
    en: () => '[this model follows no instructions: it only went on behind the code and the error]',
    zh: () => '[该模型不听从指令：它只是接着代码与报错往下写]',
  },
  useless: {
    en: () => 'the model wrote nothing new, or was cut off; not run',
    zh: () => '模型没有写出新内容，或被截断；未运行',
  },
  fine: { en: () => 'the command ends well: nothing to repair', zh: () => '命令正常结束：无需修复' },
  'not-repaired': {
    en: (d: { file: string; rounds: number }) =>
      `not repaired after ${d.rounds} rounds; ${d.file} is as it was`,
    zh: (d) => `${d.rounds} 轮后仍未修好；${d.file} 保持原样`,
  },
  repaired: {
    en: (d: { rounds: number }) => `repaired in ${d.rounds} rounds: the command ends well on a copy`,
    zh: (d) => `${d.rounds} 轮修好：命令在副本上正常结束`,
  },
  confirm: {
    en: (d: { file: string }) => `Write it to ${d.file}? (yes/no)`,
    zh: (d) => `写入 ${d.file} 吗？（是/否）`,
  },
  yesOrNo: { en: () => 'yes or no', zh: () => '请回答是或否' },
  written: { en: (d: { file: string }) => `written to ${d.file}`, zh: (d) => `已写入 ${d.file}` },
  kept: {
    en: (d: { file: string }) => `${d.file} is as it was; add --write to put this into it`,
    zh: (d) => `${d.file} 保持原样；加 --write 可写入`,
  },
});

/** 0 where the command ends well, 1 where no correction made it. */
export async function repair(context: CodeContext): Promise<number> {
  const { options, terminal, signal } = context;
  const file = subjectOf(context, 'FILE');
  if (options.command === undefined)
    throw fail('cli/missing-value', { command: 'code repair', option: '--command' });
  const path = await realpath(file).catch(() => file);
  const code = await readTextFile(path);
  const copy = join(
    dirname(path),
    `.${basename(path, extname(path))}.inkstone-${process.pid}${extname(path)}`,
  );
  const words = wordsOn(copy, options.command, file);
  const { rounds, maxTokens, seed, timeout } = options;
  const { mode } = await stat(path);
  const run = async (text: string) => {
    // Each time a new file: whatever else has this name by now, a link too, is not written through.
    await rm(copy, { force: true });
    await writeFile(copy, text, { flag: 'wx', mode });
    const outcome = await runCommand(words, { timeoutMs: 1000 * timeout, signal });
    // What is said of the copy is said of the file.
    return { ...outcome, output: outcome.output.replaceAll(basename(copy), () => basename(path)) };
  };
  const { command } = options;
  const how = { command, run, rounds, maxTokens, seed, signal, language: languageOfFile(path) };
  try {
    const last = await withWriter(context, async (writer) => {
      let end: Repaired | undefined;
      for await (const part of repairCode(code, { ...how, writer })) {
        if (part.type === 'repair') end = part;
        else tellPart(part, context);
      }
      return end!;
    });
    return await finish(last, { ...context, file, path, code });
  } finally {
    terminal.endLive({ keep: false });
    await rm(copy, { force: true });
  }
}

type Repaired = Extract<RepairPart, { type: 'repair' }>;

/** The words of the command, the copy in the place of the file. @throws where the file is not among them */
function wordsOn(copy: string, command: string, file: string): string[] {
  const words = splitWords(command);
  const shell = words?.find((word) => /^(?:&&?|\|\|?|;|[<>]+&?|2>.*)$/.test(word));
  if (!words || words.length === 0 || shell !== undefined)
    throw failCode('cli/command-shell', { got: shell ?? command });
  const isFile = (word: string): boolean => word === file || resolve(word) === resolve(file);
  const onCopy = words.map((word) => (isFile(word) ? copy : word.replaceAll('{file}', () => copy)));
  if (onCopy.every((word, i) => word === words[i])) throw failCode('cli/command-file', { command, file });
  return onCopy;
}

function tellPart(part: Exclude<RepairPart, Repaired>, { terminal, options }: CodeContext): void {
  terminal.json(part);
  terminal.endLive({ keep: false });
  const { round } = part;
  if (part.type === 'attempt') {
    if (part.way === 'continued') terminal.print(say('continued', {}));
    if (!part.isRun) terminal.print(say('useless', {}));
    return;
  }
  const { ended, status, output } = part;
  const how = ended === 'exit' ? say('exit', { status }) : say(ended, {});
  const said = inOneLine(output).slice(0, SHOWN) || say('silent', {});
  terminal.print(say('run', { round, how, said }));
  const isLast = (ended === 'exit' && status === 0) || round === options.rounds;
  if (!isLast) terminal.live(say('asking', { round: round + 1 }));
}

/** Of what a command said, on one line. */
const SHOWN = 160;

interface Ending extends CodeContext {
  readonly file: string;
  readonly path: string;
  readonly code: string;
}

async function finish(end: Repaired, context: Ending): Promise<number> {
  const { terminal, file, path, code } = context;
  const { result, rounds } = end;
  if (result !== 'repaired') {
    terminal.json({ type: 'repair', result, rounds, isWritten: false });
    terminal.print(result === 'fine' ? say('fine', {}) : say('not-repaired', { file, rounds }));
    return result === 'fine' ? 0 : 1;
  }
  const diff = lineDiff(code, end.code, file);
  terminal.print(say('repaired', { rounds }));
  terminal.write(withoutControls(diff));
  const isWritten = await mayWrite(context);
  if (isWritten) {
    if ((await readTextFile(path)) !== code) throw failCode('cli/file-changed', { file });
    const { mode } = await stat(path);
    await writeFileAtomic(path, end.code);
    await chmod(path, mode);
  }
  terminal.json({ type: 'repair', result, rounds, diff, code: end.code, isWritten });
  terminal.print(say(isWritten ? 'written' : 'kept', { file }));
  return 0;
}

async function mayWrite({ options, terminal, file }: Ending): Promise<boolean> {
  if (options.write) return true;
  if (!terminal.canAsk) return false;
  const answer = await askLine(say('confirm', { file }), { canBeEmpty: false, empty: say('yesOrNo', {}) });
  return isYes(answer);
}
