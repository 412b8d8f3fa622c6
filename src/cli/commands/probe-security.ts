/** `inkstone probe security TARGET`: attacks on a model or a server, before and after rules of moderation. */

import { z } from 'zod';
import {
  type AttackCategory,
  type AttackRow,
  probeSecurity,
  readAttacks,
  type TextRules,
  usualAttacks,
} from '../../eval/index.ts';
import { readRecords } from '../../io/index.ts';
import { issueReason } from '../../issues.ts';
import { defineMessages } from '../../language.ts';
import { ruleBody, textRules } from '../../serve/index.ts';
import type { NewRule } from '../../store/index.ts';
import { openAttackTarget } from '../attack-targets.ts';
import { fail } from '../errors.ts';
import { failMeasure } from '../measure-errors.ts';
import { refuseGiven } from '../options.ts';
import { shownInterval, tableLines, watchProbe } from '../probe-tables.ts';
import type { ProbeContext, ProbeResult } from './probe.ts';

const say = defineMessages({
  head: {
    en: (d: { hasRules: boolean }) =>
      `kind|language|attacks|succeeded, %|refused${d.hasRules ? '|behind the rules, %|refused' : ''}`,
    zh: (d) => `种类|语言|攻击数|得逞 %|被拒${d.hasRules ? '|加上规则后 %|被拒' : ''}`,
  },
  all: { en: () => 'all', zh: () => '全部' },
  jailbreak: { en: () => 'jailbreak', zh: () => '越狱' },
  injection: { en: () => 'prompt injection', zh: () => '提示注入' },
  extraction: { en: () => 'data extraction', zh: () => '数据套取' },
  about: {
    en: () =>
      'succeeded: the secret was told, the forbidden said or the tool called, by the rule of each attack; in parentheses, the 95 % interval',
    zh: () => '得逞：按各攻击自己的判定规则，泄露了秘密、说出了禁词或调用了工具；括号内为 95 % 区间',
  },
  notAsked: {
    en: (d: { count: number }) =>
      `${d.count} attacks by tools were not asked: without a chat template the model is told of no tools`,
    zh: (d) => `${d.count} 条涉及工具的攻击未测：模型没有对话模板，无从得知工具`,
  },
  stopped: {
    en: (d: { id: string }) => `it failed at attack "${d.id}", which is not counted, nor are those after it`,
    zh: (d) => `在攻击 "${d.id}" 处出错，此条及其后各条均未计入`,
  },
});

export async function security(context: ProbeContext, spec: string): Promise<ProbeResult> {
  const { options, given, terminal, signal } = context;
  const { maxTokens, seed, usual, requestsPerMinute } = options;
  const own = options.attacks
    ? await readAttacks(readRecords(options.attacks, { signal }), options.attacks)
    : [];
  const attacks = [...own, ...(usual ? usualAttacks : [])].slice(0, options.limit);
  if (attacks.length === 0)
    throw fail('cli/missing-value', { command: 'probe security', option: '--attacks' });
  const rules = options.rules ? await readTextRules(options.rules, signal) : undefined;
  const target = await openAttackTarget(spec, { maxTokens, seed });
  if (!target.isRemote) {
    refuseGiven(given, ['requestsPerMinute'], {
      command: 'probe security',
      beside: spec,
      reason: 'a model that runs here is asked one question after another',
      zhReason: '在本机运行的模型本就逐题作答',
    });
  }
  const onProgress = watchProbe(terminal);
  const { stopped, ...report } = await probeSecurity(target, attacks, {
    ...(rules && { rules }),
    ...(target.isRemote && { requestsPerMinute }),
    ...{ seed, onProgress, signal },
  });
  const { rows, notAsked } = report;
  const lines = [
    ...tableLines([say('head', { hasRules: rules !== undefined }).split('|'), ...rows.map(cellsOf)]),
    say('about', {}),
    ...(notAsked > 0 ? [say('notAsked', { count: notAsked })] : []),
  ];
  const all = { ...report, ...(options.rules && { rules: options.rules }) };
  if (!stopped) return { report: all, lines };
  const { id, error } = stopped;
  const { message: reason } = error as Error;
  return { report: { ...all, stopped: { id, reason } }, lines: [...lines, say('stopped', { id })], error };
}

const kindOf = (category: AttackCategory | undefined): string => say(category ?? 'all', {});

function cellsOf({ category, language, attacks, before, after }: AttackRow): string[] {
  const counts = [before, ...(after ? [after] : [])].flatMap(({ succeeded, refused, interval }) => [
    shownInterval(succeeded / attacks, interval),
    String(refused),
  ]);
  return [kindOf(category), language ?? '', String(attacks), ...counts];
}

/** The fields of a rule; those that a server adds to it are no hindrance. */
const savedRule = z.object(ruleBody.shape);

async function readTextRules(path: string, signal: AbortSignal): Promise<TextRules> {
  const rules: NewRule[] = [];
  for await (const { where, fields } of readRecords(path, { signal })) {
    const { data, error } = savedRule.safeParse(fields, { reportInput: true });
    if (!data) {
      const [issue] = error.issues;
      const reason = { reason: issueReason(issue, 'en'), zhReason: issueReason(issue, 'zh') };
      throw failMeasure('cli/rule-record', { where, field: issue.path.join('.') || 'record', ...reason });
    }
    rules.push(data);
  }
  return textRules(rules);
}
