/** What can go wrong on the command line. */

import { defineErrors } from '../errors.ts';

const hint = (near: string | undefined): string => (near ? `; did you mean "${near}"?` : '');
const zhHint = (near: string | undefined): string => (near ? `，是不是 "${near}"？` : '');

export const fail = defineErrors({
  'cli/command': {
    en: (d: { name: string; near?: string }) =>
      `inkstone: there is no command "${d.name}"${hint(d.near) || '; see inkstone --help'}`,
    zh: (d) => `inkstone：没有 "${d.name}" 这个命令${zhHint(d.near) || '；请看 inkstone --help'}`,
  },
  'cli/option': {
    en: (d: { command: string; option: string; near?: string }) =>
      `${d.command}: there is no option "${d.option}"${hint(d.near) || `; see inkstone ${d.command} --help`}`,
    zh: (d) =>
      `${d.command}：没有 "${d.option}" 这个选项${zhHint(d.near) || `；请看 inkstone ${d.command} --help`}`,
  },
  'cli/missing-value': {
    en: (d: { command: string; option: string }) => `${d.command}: ${d.option} needs a value`,
    zh: (d) => `${d.command}：${d.option} 需要一个值`,
  },
  'cli/missing-argument': {
    en: (d: { command: string; argument: string; example: string }) =>
      `${d.command}: ${d.argument} is missing; for example: ${d.example}`,
    zh: (d) => `${d.command}：缺少 ${d.argument}；例如：${d.example}`,
  },
  'cli/too-many-arguments': {
    en: (d: { command: string; got: string }) =>
      `${d.command}: does not expect "${d.got}"; quote text that has spaces`,
    zh: (d) => `${d.command}：多余的参数 "${d.got}"；含空格的文字请加引号`,
  },
  'cli/value': {
    en: (d: { command: string; option: string; rule: string; zhRule: string; got: string; near?: string }) =>
      `${d.command}: ${d.option} must be ${d.rule}, got "${d.got}"${hint(d.near)}`,
    zh: (d) => `${d.command}：${d.option} 必须${d.zhRule}，得到 "${d.got}"${zhHint(d.near)}`,
  },
  'cli/config-key': {
    en: (d: { command: string; key: string; file: string; line: number; near?: string }) =>
      `${d.command}: "${d.key}" is not a key (${d.file}:${d.line})${hint(d.near)}`,
    zh: (d) => `${d.command}：没有 "${d.key}" 这一项（${d.file}:${d.line}）${zhHint(d.near)}`,
  },
  'cli/config-file': {
    en: (d: { file: string; reason: string }) =>
      `${d.file}: not a YAML mapping that can be read (${d.reason})`,
    zh: (d) => `${d.file}：不是可读的 YAML 映射（${d.reason}）`,
  },
  'cli/run-tokenizer': {
    en: (d: { folder: string }) =>
      `run: the tokenizer.json in ${d.folder} is missing or belongs to another run; copy the one this model was trained with`,
    zh: (d) =>
      `训练记录：${d.folder} 中的 tokenizer.json 缺失或属于另一次训练；请复制训练此模型时所用的那一份`,
  },
  'cli/run-config': {
    en: (d: { folder: string }) =>
      `run: config.json in ${d.folder} is not one that inkstone train wrote; train a run first`,
    zh: (d) => `训练记录：${d.folder} 中的 config.json 不是 inkstone train 写的；请先训练`,
  },
  'cli/empty-corpus': {
    en: (d: { source: string }) =>
      `${d.source}: nothing is left to learn from after cleaning; give a source with more text`,
    zh: (d) => `${d.source}：清洗之后没有可供学习的文本；请给出含有更多文本的来源`,
  },
});
