/** Sentences of the text room's errors. */

import { defineErrors } from '../errors.ts';

/** Makes an error of this room: `throw fail('text/option', { … })`. */
export const fail = defineErrors({
  'text/option': {
    en: (d: { where: string; rule: string; ruleZh: string; got: unknown }) =>
      `${d.where}: ${d.rule}, got ${show(d.got)}`,
    zh: (d) => `${d.where}：${d.ruleZh}，得到 ${show(d.got)}`,
  },
  'text/unknown-id': {
    en: (d: { id: unknown; vocabSize: number }) =>
      `decode: every id must be a token of the vocabulary (0 to ${d.vocabSize - 1}), got ${show(d.id)}; was it made with another tokenizer?`,
    zh: (d) =>
      `解码：每个编号都必须是词表里的词元（0 到 ${d.vocabSize - 1}），得到 ${show(d.id)}；是不是用了另一个分词器？`,
  },
  'text/no-byte': {
    en: (d: { byte: number }) =>
      `encode: the vocabulary has no token for byte ${hex(d.byte)}; train the tokenizer with all 256 bytes in its alphabet`,
    zh: (d) => `编码：词表里没有字节 ${hex(d.byte)} 的词元；训练分词器时请把 256 个字节都放进字母表`,
  },
  'text/no-character': {
    en: (d: { character: string }) =>
      `encode: the vocabulary has no token for ${spell(d.character)}; build the tokenizer from text that has it, or with \`byteFallback\``,
    zh: (d) => `编码：词表里没有 ${spell(d.character)}；请用含有它的文本建立分词器，或打开 \`byteFallback\``,
  },
  'text/special-unknown': {
    en: (d: { name: string; known: string }) =>
      `encode: "${d.name}" is not a special token of this tokenizer; it has ${d.known || 'none'}`,
    zh: (d) => `编码：这个分词器没有特殊词元 "${d.name}"；它有 ${d.known || '零个'}`,
  },
  'text/json': {
    en: (d: { reason: string }) => `tokenizer.json: must be JSON, ${d.reason}`,
    zh: (d) => `tokenizer.json：必须是 JSON，${d.reason}`,
  },
  'text/limit': {
    en: (d: { where: string; what: string; limit: number; got: number }) =>
      `tokenizer.json: ${d.where}: ${d.what} must be at most ${d.limit}, got ${d.got}`,
    zh: (d) => `tokenizer.json：${d.where}：${d.what} 不能超过 ${d.limit}，得到 ${d.got}`,
  },
  'text/field': {
    en: (d: { where: string; must: string; got: unknown }) =>
      `tokenizer.json: \`${d.where}\` must be ${d.must}, got ${show(d.got)}`,
    zh: (d) => `tokenizer.json：\`${d.where}\` 必须是 ${d.must}，得到 ${show(d.got)}`,
  },
  'text/unsupported': {
    en: (d: { where: string; got: string; known: string }) =>
      `tokenizer.json: ${d.where} ${d.got} is not supported; supported: ${d.known}`,
    zh: (d) => `tokenizer.json：不支持 ${d.where} ${d.got}；支持的有：${d.known}`,
  },
  'text/duplicate-id': {
    en: (d: { id: number; first: string; second: string }) =>
      `tokenizer.json: an id must belong to one token, but ${d.id} is both ${show(d.first)} and ${show(d.second)}`,
    zh: (d) =>
      `tokenizer.json：一个编号只能属于一个词元，但 ${d.id} 既是 ${show(d.first)} 又是 ${show(d.second)}`,
  },
  'text/merge': {
    en: (d: { index: number; token: string }) =>
      `tokenizer.json: merge ${d.index} needs the token ${show(d.token)}, which is not in the vocabulary`,
    zh: (d) => `tokenizer.json：第 ${d.index} 条合并需要词元 ${show(d.token)}，但词表里没有`,
  },
  'text/pattern': {
    en: (d: { pattern: string; at: number; reason: string; reasonZh: string }) =>
      `pattern ${show(d.pattern)}: ${d.reason} at character ${d.at}`,
    zh: (d) => `切分规则 ${show(d.pattern)}：第 ${d.at} 个字符处${d.reasonZh}`,
  },
  'text/pattern-budget': {
    en: (d: { pattern: string; length: number; steps: number }) =>
      `pattern ${show(d.pattern)}: gave up after ${d.steps} steps on ${d.length} characters; simplify its nested repetitions`,
    zh: (d) =>
      `切分规则 ${show(d.pattern)}：处理 ${d.length} 个字符用了 ${d.steps} 步仍未结束，已放弃；请简化其中嵌套的重复`,
  },
  'text/template': {
    en: (d: { reason: string; reasonZh: string }) => `chat template: cannot be rendered: ${d.reason}`,
    zh: (d) => `对话模板：无法渲染：${d.reasonZh}`,
  },
  'text/answers': {
    en: (d: { turn: number }) =>
      `chat template: what it writes with turn ${d.turn} does not go on from what it writes before it, so that the tokens of the answer are unknown; use a template that leaves earlier turns as they are`,
    zh: (d) =>
      `对话模板：写出第 ${d.turn} 轮后的文本并非接着其前的文本，无法得知哪些词元是回答；请使用不改动先前各轮的模板`,
  },
  'text/gguf': {
    en: (d: { what: string; got: unknown; known: string }) =>
      `GGUF vocabulary: ${d.what} must be ${d.known}, got ${show(d.got)}; keep the model's tokenizer.json beside the file`,
    zh: (d) =>
      `GGUF 词表：${d.what} 必须是 ${d.known}，得到 ${show(d.got)}；请把该模型的 tokenizer.json 与文件放在一起`,
  },
  'text/gguf-export': {
    en: (d: { what: string; got: string; known: string }) =>
      `GGUF export: the tokenizer's ${d.what} must be ${d.known}, got ${d.got}; this format cannot say it: choose another, or train with such a tokenizer`,
    zh: (d) =>
      `导出 GGUF：分词器的 ${d.what} 必须是 ${d.known}，得到 ${d.got}；该格式无法表达：请换一种格式，或换用这样的分词器训练`,
  },
  'text/not-savable': {
    en: () => 'saveTokenizer: the tokenizer must come from this package (trained, built or loaded here)',
    zh: () => 'saveTokenizer：只能保存由本软件包训练、建立或读入的分词器',
  },
});

/** A value as one short line; what is inside lists and objects stays out of it. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return `[…] (${value.length})`;
  if (typeof value === 'object' && value !== null) return '{…}';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
}

const hex = (byte: number): string => `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;

const spell = (character: string): string =>
  `${JSON.stringify(character)} (U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')})`;
