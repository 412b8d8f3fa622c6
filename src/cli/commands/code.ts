/** `inkstone code complete | write | translate | repair | measure`. */

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type CodeLanguage,
  type CodePlace,
  type CodeTask,
  codeLanguage,
  codeLanguages,
  completeCode,
  languageOfFile,
  splitAt,
  writeCode,
} from '../../apps/index.ts';
import { nearest } from '../../errors.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { type CodeContext, subjectOf, withWriter } from '../code-parts.ts';
import { readTextFile } from '../corpus.ts';
import { endpointOf } from '../endpoints.ts';
import { fail } from '../errors.ts';
import { refuseGiven } from '../options.ts';
import { withoutControls } from '../shown-text.ts';
import { actionOf } from '../verbs.ts';
import { measure } from './code-measure.ts';
import { repair } from './code-repair.ts';

const say = defineMessages({
  'left-to-right': {
    en: () => '[written on from what stands before: the model does not fill in]',
    zh: () => '[仅由前文续写：该模型不会填充]',
  },
  refused: {
    en: () => '[written on from what stands before: the endpoint takes no suffix]',
    zh: () => '[仅由前文续写：该接口不接受 suffix]',
  },
  continued: {
    en: () =>
      '[not an answer: this model follows no instructions; so it went on behind a text that leads to the code]',
    zh: () => '[并非回答：该模型不听从指令，以下是它接着引导文字写出的内容]',
  },
  cut: {
    en: () => '[cut at --max-tokens, or at the end of its context]',
    zh: () => '[因 --max-tokens 或上下文长度而截断]',
  },
  nothing: { en: () => '[the model wrote nothing]', zh: () => '[模型什么也没写]' },
  written: { en: (d: { out: string }) => `written to ${d.out}`, zh: (d) => `已写入 ${d.out}` },
});

export async function run(context: CodeContext): Promise<number | undefined> {
  const action = actionOf('code', { complete, write, translate, repair, measure }, context.args);
  const { model } = context.options;
  if (model === undefined) throw fail('cli/missing-value', { command: 'code', option: '--model' });
  if (!endpointOf(model)) {
    const reason = { reason: 'a model here knows its own', zhReason: '本地模型自带这些信息' };
    refuseGiven(context.given, ['contextTokens'], { command: 'code', beside: '--model', ...reason });
  }
  return (await action(context)) ?? undefined;
}

const COMPLETION_TOKENS = 128;

async function complete(context: CodeContext): Promise<void> {
  const { options, terminal, signal } = context;
  const file = subjectOf(context, 'FILE');
  const text = await readTextFile(file);
  const around = options.at === undefined ? { prefix: text, suffix: '' } : splitAt(text, placeOf(options.at));
  const { lines, until = lines === undefined ? 'statement' : 'model' } = options;
  const { maxTokens = COMPLETION_TOKENS } = options;
  const language = languageOfFile(file);
  const done = await withWriter(context, (writer) =>
    completeCode(around, { writer, maxTokens, lines, until, language, signal }),
  );
  terminal.json({ type: 'completion', ...done });
  terminal.write(withoutControls(done.text));
  terminal.print('');
  if (around.suffix.trim() !== '' && done.way === 'left-to-right')
    terminal.print(done.isRefused ? say('refused', {}) : say('left-to-right', {}));
  if (done.end === 'length') terminal.print(say('cut', {}));
}

function placeOf(at: string): CodePlace {
  const [, line, column] = /^([1-9]\d*):([1-9]\d*)$/.exec(at) ?? [];
  if (column !== undefined) return { line: Number(line), column: Number(column) };
  const rule = { rule: 'LINE:COLUMN, as in 12:5', zhRule: '形如 12:5 的 行:列' };
  throw fail('cli/value', { command: 'code complete', option: '--at', ...rule, got: at });
}

async function write(context: CodeContext): Promise<void> {
  const description = subjectOf(context, '"DESCRIPTION"');
  const to = languageNamed('code write', '--language', context.options.language);
  await tell(context, { kind: 'write', description, to });
}

async function translate(context: CodeContext): Promise<void> {
  const file = subjectOf(context, 'FILE');
  const { to } = context.options;
  if (to === undefined) throw fail('cli/missing-value', { command: 'code translate', option: '--to' });
  const target = languageNamed('code translate', '--to', to);
  await tell(context, {
    ...{ kind: 'translate', code: await readTextFile(file), from: languageOfFile(file), to: target },
  });
}

function languageNamed(command: string, option: string, got: string): CodeLanguage {
  const language = codeLanguage(got);
  if (language) return language;
  const rule = {
    rule: `a language such as ${codeLanguages.join(', ')}`,
    zhRule: `为 ${codeLanguages.join('、')} 等语言之一`,
  };
  throw fail('cli/value', { command, option, ...rule, got, near: nearest(got, codeLanguages) });
}

/** Writes the code and shows it, with what must be known of it. */
async function tell(context: CodeContext, task: CodeTask): Promise<void> {
  const { options, terminal, signal } = context;
  const { out, maxTokens } = options;
  const written = await withWriter(context, (writer) => writeCode(task, { writer, maxTokens, signal }));
  const { code, way, finish } = written;
  if (out !== undefined && code !== '') {
    await mkdir(dirname(out), { recursive: true });
    await writeFileAtomic(out, code);
  }
  terminal.json({ type: 'code', ...written });
  if (way === 'continued') terminal.print(say('continued', {}));
  terminal.write(withoutControls(code));
  if (code === '') terminal.print(say('nothing', {}));
  else if (out !== undefined) terminal.print(say('written', { out }));
  if (finish === 'length') terminal.print(say('cut', {}));
}
