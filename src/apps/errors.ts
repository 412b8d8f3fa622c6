/** The errors of this room. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'apps/question': {
    en: (d: { most: number; got: number }) =>
      `question: must have from 1 to ${d.most} characters, got ${d.got}`,
    zh: (d) => `问题：须有 1 到 ${d.most} 个字符，得到 ${d.got}`,
  },
  'apps/option': {
    en: (d: { where: 'answer' | 'summary'; option: string; rule: string; zhRule: string; got: unknown }) =>
      `${d.where}: ${d.option} must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) =>
      `${d.where === 'answer' ? '回答' : '摘要'}：${d.option} 必须${d.zhRule}，得到 ${String(d.got)}`,
  },
  'apps/window': {
    en: (d: { window: number; needed: number }) =>
      `answer: the model reads and writes ${d.window} tokens in all, and the question with one sentence of a passage and its answer needs ${d.needed}; ask without a model, or one with a longer context`,
    zh: (d) =>
      `回答：模型一共只能读写 ${d.window} 个词元，而问题、一句段落与回答需要 ${d.needed} 个；请不用模型，或换上下文更长的模型`,
  },
  'apps/empty-video': {
    en: () =>
      'video: something must be seen or said in it, and nothing is; choose another, or another captioner or listener',
    zh: () => '视频：其中须有画面或语音，但什么也没有；请换一个视频，或换用其他 --captioner、--listener',
  },
  'apps/no-text': {
    en: () => 'summary: the text must have at least one word, got none',
    zh: () => '摘要：文本至少要有一个词，得到的是空文本',
  },
  'apps/no-model': {
    en: (d: { method: string }) =>
      `summary: ${d.method} needs a model that writes; name one, or take extract, which needs none`,
    zh: (d) => `摘要：${d.method} 需要撰写的模型；请指定模型，或改用不需要模型的 extract`,
  },
  'apps/summary-window': {
    en: (d: { window: number; needed: number }) =>
      `summary: the model reads and writes ${d.window} tokens in all, and its task, one part and its summary need about ${d.needed}; ask for fewer tokens, take extract, or a model with a longer context`,
    zh: (d) =>
      `摘要：模型一共只能读写 ${d.window} 个词元，而任务说明、一个部分与其摘要约需 ${d.needed} 个；请减少所写词元，改用 extract，或换上下文更长的模型`,
  },
  'apps/summary-grows': {
    en: (d: { parts: number }) =>
      `summary: the summaries of ${d.parts} parts must be shorter than the parts, and these are not; take fewer tokens for each, or a model with a longer context`,
    zh: (d) =>
      `摘要：${d.parts} 个部分的摘要必须短于原文，而这些并没有变短；请减少每次所写的词元，或换上下文更长的模型`,
  },
  'apps/summary-parts': {
    en: (d: { most: number; got: number }) =>
      `summary: at most ${d.most} parts are summed up here, the text has ${d.got}; send less of it, take extract, or a model with a longer context`,
    zh: (d) =>
      `摘要：这里最多概括 ${d.most} 个部分，而文本有 ${d.got} 个；请缩短文本，改用 extract，或换上下文更长的模型`,
  },
  'apps/place': {
    en: (d: { lines: number; line: number; column: number; length?: number }) =>
      d.length === undefined
        ? `code: the place must be in one of ${d.lines} lines, got line ${d.line}`
        : `code: line ${d.line} has columns 1 to ${d.length + 1}, got column ${d.column}`,
    zh: (d) =>
      d.length === undefined
        ? `代码：位置须在 ${d.lines} 行之内，得到第 ${d.line} 行`
        : `代码：第 ${d.line} 行有第 1 到 ${d.length + 1} 列，得到第 ${d.column} 列`,
  },
  'apps/code-window': {
    en: (d: { window: number; needed: number }) =>
      `code: the model reads and writes ${d.window} tokens in all, and this needs at least ${d.needed}; give it less, or take a model with a longer context`,
    zh: (d) =>
      `代码：模型一共只能读写 ${d.window} 个词元，而此任务至少需要 ${d.needed} 个；请减少内容，或换上下文更长的模型`,
  },
  'apps/no-lines': {
    en: () =>
      'code: the texts must hold lines to take out, with others around them, and have none; give more with --data',
    zh: () => '代码：文本中须有可取出且前后有其他行的行，但没有；请用 --data 给出更多',
  },
  'apps/command': {
    en: (d: { program: string; reason: string }) =>
      `code: the program "${d.program}" must be there to be run, but: ${d.reason}`,
    zh: (d) => `代码：程序 "${d.program}" 须能运行，但：${d.reason}`,
  },
  'apps/correction': {
    en: () => 'correction: the right answer must not be empty; say it in a sentence',
    zh: () => '更正：正确答案不能为空；请用一句话写出',
  },
  'apps/turn': {
    en: (d: { most: number; got: number }) =>
      `assist: the last turn must be the person's and have from 1 to ${d.most} characters, got ${d.got}`,
    zh: (d) => `助手：最后一轮须是用户的话，且有 1 到 ${d.most} 个字符，得到 ${d.got}`,
  },
  'apps/tool': {
    en: (d: { name: string; reason: string; zhReason: string }) => `tool "${d.name}": ${d.reason}`,
    zh: (d) => `工具 "${d.name}"：${d.zhReason}`,
  },
  'apps/pattern': {
    en: (d: { pattern: string; most: number }) =>
      `pattern "${d.pattern}": must have at most ${d.most} places such as {number}, each of another name`,
    zh: (d) => `模式 "${d.pattern}"：最多 ${d.most} 个形如 {number} 的占位，名称各不相同`,
  },
  'apps/tool-url': {
    en: (d: { name: string; url: string }) =>
      `tool "${d.name}": its address must begin with http:// or https:// and name its host without places, got "${d.url}"`,
    zh: (d) => `工具 "${d.name}"：地址须以 http:// 或 https:// 开头，主机名中不含占位，得到 "${d.url}"`,
  },
  'apps/tool-path': {
    en: (d: { name: string }) =>
      `tool "${d.name}": an argument in its address must not be ".." or ".", which lead to another address`,
    zh: (d) => `工具 "${d.name}"：地址中的参数不得为 ".." 或 "."，否则会指向别的地址`,
  },
  'apps/tool-unreachable': {
    en: (d: { name: string; host: string }) => `tool "${d.name}": ${d.host} must answer, without a redirect`,
    zh: (d) => `工具 "${d.name}"：${d.host} 没有应答，或作了跳转`,
  },
  'apps/tool-status': {
    en: (d: { name: string; status: number; text: string }) =>
      `tool "${d.name}": the address answered ${d.status}: ${d.text}`,
    zh: (d) => `工具 "${d.name}"：该地址返回 ${d.status}：${d.text}`,
  },
  'apps/tool-program': {
    en: (d: { name: string; program: string; reason: string }) =>
      `tool "${d.name}": ${d.program} must end with status 0, but: ${d.reason}`,
    zh: (d) => `工具 "${d.name}"：${d.program} 须以状态 0 结束，但：${d.reason}`,
  },
  'apps/note': {
    en: (d: { most: number; got: number }) => `note: must have from 1 to ${d.most} characters, got ${d.got}`,
    zh: (d) => `笔记：须有 1 到 ${d.most} 个字符，得到 ${d.got}`,
  },
  'apps/notes-full': {
    en: (d: { kind: string; most: number }) =>
      `note: ${d.most} of the kind "${d.kind}" are kept, and no more; forget some`,
    zh: (d) => `笔记：“${d.kind}”类已有 ${d.most} 条，不能更多；请先删去一些`,
  },
  'apps/expression': {
    en: (d: { text: string; at: string }) =>
      `calculator: "${d.text}" must be arithmetic; "${d.at}" cannot be read there`,
    zh: (d) => `计算器："${d.text}" 须为算式；读不懂其中的 "${d.at}"`,
  },
  'apps/no-value': {
    en: (d: { text: string }) =>
      `calculator: every step must have a finite value; in "${d.text}" one divides by zero, is not defined, or is above 1.8e308`,
    zh: (d) => `计算器：每一步都须有有限的值；"${d.text}" 中有一步除以零、没有定义或大于 1.8e308`,
  },
  'apps/time-zone': {
    en: (d: { got: string }) => `clock: the time zone must be like Asia/Shanghai, got "${d.got}"`,
    zh: (d) => `时钟：时区应形如 Asia/Shanghai，得到 "${d.got}"`,
  },
  'apps/when': {
    en: (d: { got: string }) =>
      `reminder: the time must be like 2026-12-01 09:00, in 10 minutes or tomorrow at 9, got "${d.got}"`,
    zh: (d) => `提醒：时间应形如 2026-12-01 09:00、十分钟后、明天9点，得到 "${d.got}"`,
  },
  'apps/mcp': {
    en: (d: { server: string; reason: string }) =>
      `assist: the MCP server ${d.server} must answer and tell its tools, but: ${d.reason}`,
    zh: (d) => `助手：MCP 服务器 ${d.server} 须应答并列出工具，但：${d.reason}`,
  },
  'apps/mcp-refused': {
    en: (d: { server: string; reason: string; zhReason: string }) =>
      `assist: a tool of the MCP server ${d.server} is left out: ${d.reason}`,
    zh: (d) => `助手：略去 MCP 服务器 ${d.server} 的一个工具：${d.zhReason}`,
  },
  'apps/mcp-tool': {
    en: (d: { name: string; text: string }) => `tool "${d.name}": ${d.text}`,
    zh: (d) => `工具 "${d.name}"：${d.text}`,
  },
  'apps/service-tool': {
    en: (d: { intent: string; tool: string }) =>
      `service: the intent "${d.intent}" names the tool "${d.tool}", which is not there; give it with the tools`,
    zh: (d) => `客服：意图 "${d.intent}" 所用的工具 "${d.tool}" 不存在；请在工具中给出`,
  },
});
