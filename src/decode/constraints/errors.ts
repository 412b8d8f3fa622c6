/** The sentences of the errors of constraints. */

import { defineErrors } from '../../errors.ts';

type Reason = { reason: string; reasonZh: string };

export const fail = defineErrors({
  'constraint/spec': {
    en: (d: { got: string }) =>
      `constraint: must be one of { regex }, { choices }, { grammar }, { jsonSchema }, { toolCalls } or a compiled constraint, got ${d.got}`,
    zh: (d: { got: string }) =>
      `约束：必须是 { regex }、{ choices }、{ grammar }、{ jsonSchema }、{ toolCalls } 之一，或已编译的约束，得到 ${d.got}`,
  },
  'constraint/no-tokenizer': {
    en: () =>
      'constraint: must be compiled where no tokenizer is known; use compileConstraint(spec, tokenizer) or withTokenizer(options, tokenizer)',
    zh: () =>
      '约束：不知道分词器时必须先编译；请用 compileConstraint(spec, tokenizer) 或 withTokenizer(options, tokenizer)',
  },
  'constraint/limit': {
    en: (d: { where: string; what: string; limit: number; got?: number }) =>
      `${d.where}: must have at most ${d.limit} ${d.what}${d.got === undefined ? '' : `, got ${d.got}`}; make it smaller, repetitions above all`,
    zh: (d: { where: string; whatZh: string; limit: number; got?: number }) =>
      `${d.where}：${d.whatZh}不得超过 ${d.limit}${d.got === undefined ? '' : `，得到 ${d.got}`}；请缩小它，尤其是重复次数`,
  },
  'constraint/regex': {
    en: (d: Reason & { pattern: string; at: number }) =>
      `regex: ${d.reason} at position ${d.at} of /${shorten(d.pattern)}/`,
    zh: (d) => `正则表达式：/${shorten(d.pattern)}/ 的第 ${d.at} 个位置${d.reasonZh}`,
  },
  'constraint/grammar': {
    en: (d: Reason & { line: number; column: number }) =>
      `grammar: ${d.reason}, line ${d.line}, column ${d.column}`,
    zh: (d) => `文法：${d.reasonZh}，第 ${d.line} 行第 ${d.column} 列`,
  },
  'constraint/choices': {
    en: (d: Reason) => `choices: ${d.reason}`,
    zh: (d) => `choices：${d.reasonZh}`,
  },
  'constraint/schema': {
    en: (d: Reason & { path: string }) => `JSON schema: at ${d.path}: ${d.reason}`,
    zh: (d) => `JSON schema：${d.path} 处：${d.reasonZh}`,
  },
  'constraint/empty': {
    en: (d: { where: string }) => `${d.where}: must allow at least one text, no text satisfies it`,
    zh: (d: { where: string }) => `${d.where}：至少要允许一个文本，没有任何文本符合它`,
  },
  'constraint/unspellable': {
    en: (d: { where: string }) =>
      `${d.where}: the vocabulary must be able to spell an allowed text, its tokens cannot spell any; use a tokenizer that has these characters, or allow others`,
    zh: (d: { where: string }) =>
      `${d.where}：词表必须能拼出允许的文本，现有词元一个也拼不出；请换用含有这些字符的分词器，或放宽约束`,
  },
  'constraint/no-end': {
    en: () =>
      'constraint: the vocabulary must have a token that ends the text, it has none; give its id in `eosIds`',
    zh: () => '约束：词表必须有结束文本的词元，但没有；请在 `eosIds` 里给出它的编号',
  },
  'constraint/not-allowed': {
    en: (d: { id: number; position: number }) =>
      `constraint: every token must be one that it allows, id ${d.id} at position ${d.position} of the text is not; the strategy must take tokens from the processed logits`,
    zh: (d: { id: number; position: number }) =>
      `约束：每个词元都必须是它允许的，文本第 ${d.position} 个位置的编号 ${d.id} 不是；策略必须从处理过的 logits 里选词元`,
  },
  'constraint/vocabulary': {
    en: (d: { constraint: number; logits: number }) =>
      `constraint: the logits must cover the vocabulary it was compiled for, ${d.constraint} tokens, got ${d.logits}`,
    zh: (d: { constraint: number; logits: number }) =>
      `约束：logits 必须覆盖编译时的词表（${d.constraint} 个词元），得到 ${d.logits} 个`,
  },
  'constraint/work': {
    en: (d: { limit: number }) =>
      `constraint: a step must enter at most ${d.limit} states, this one needs more; make the expression less ambiguous, such as fewer nested repetitions with bounds`,
    zh: (d: { limit: number }) =>
      `约束：每一步最多进入 ${d.limit} 个状态，这一步还要更多；请减少歧义，例如少用带上限的嵌套重复`,
  },
  'constraint/open-rules': {
    en: (d: { limit: number }) =>
      `constraint: at most ${d.limit} rules may be open at once, the text nests deeper; bound the nesting in the grammar`,
    zh: (d: { limit: number }) =>
      `约束：同时展开的规则不得超过 ${d.limit} 个，文本嵌套更深；请在文法里限制嵌套`,
  },
});

function shorten(pattern: string): string {
  return pattern.length > 60 ? `${pattern.slice(0, 60)}…` : pattern;
}
