/** `inkstone domain`: kits of a field, with their words, their warnings, a model adapted to it and a test. */

import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages, language } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import { failDomain } from '../domain-errors.ts';
import type { domainOptions } from '../domain-options.ts';
import { fail } from '../errors.ts';
import { fileOfKit, readKitFile, shippedKits } from '../kits.ts';
import { inOneLine } from '../shown-text.ts';
import { formatTable } from '../terminal.ts';
import { actionOf } from '../verbs.ts';

export type DomainContext = CommandContext<typeof domainOptions>;

const say = defineMessages({
  head: { en: () => 'kit|field|terms|rules|questions|trials', zh: () => '领域包|领域|术语|规则|题目|样例' },
  copied: {
    en: (d: { out: string }) => `${d.out}: change it, then name it where a kit is asked for`,
    zh: (d) => `${d.out}：改好后，在需要领域包的地方写它的路径`,
  },
  written: {
    en: (d: { out: string; count: number }) => `${d.out}: ${d.count} pairs`,
    zh: (d) => `${d.out}：${d.count} 对`,
  },
  rules: {
    en: () => 'rule|looks at|does',
    zh: () => '规则|针对|处理',
  },
  question: { en: () => 'what is asked', zh: () => '提问' },
  answer: { en: () => 'what is answered', zh: () => '回答' },
  urgent: { en: () => 'urgent help in place of an answer', zh: () => '不作答，给出紧急求助提示' },
  refuse: { en: () => 'refuses', zh: () => '拒答' },
  rewrite: { en: () => 'puts other words there', zh: () => '改写' },
});

// biome-ignore lint/suspicious/noConfusingVoidType: as commands do
const verbs: { readonly [verb: string]: (context: DomainContext) => Promise<number | void> } = {
  list,
  show,
  copy,
  glossary,
  terms: async (context) => (await import('./domain-terms.ts')).terms(context),
  tokenizer: async (context) => (await import('./domain-tokenizer.ts')).extend(context),
  adapt: async (context) => (await import('./domain-adapt.ts')).adapt(context),
  test: async (context) => (await import('./domain-test.ts')).test(context),
  check: async (context) => (await import('./domain-check.ts')).check(context),
};

/** How many arguments each takes behind its verb, and what the first is called; `test` takes any number. */
const takes: { readonly [verb: string]: readonly [most: number, argument?: string] } = {
  list: [0],
  ...{ show: [1, '<kit>'], copy: [1, '<kit>'], glossary: [1, '<kit>'], check: [1, '<kit>'] },
  ...{ terms: [1, '<file>'], tokenizer: [1, '<file>'], adapt: [1, '<run>'] },
  test: [Number.POSITIVE_INFINITY, '<model…>'],
};

// biome-ignore lint/suspicious/noConfusingVoidType: as commands do
export async function run(context: DomainContext): Promise<number | void> {
  const { args } = context;
  const act = actionOf('domain', verbs, args);
  const [verb, first] = args;
  const [most, argument] = takes[verb];
  if (argument !== undefined && first === undefined) {
    const example =
      argument === '<kit>' ? `inkstone domain ${verb} law` : `inkstone domain ${verb} ${argument} --kit law`;
    throw fail('cli/missing-argument', { command: `domain ${verb}`, argument, example });
  }
  if (args.length - 1 > most) {
    throw fail('cli/too-many-arguments', {
      command: `domain ${verb}`,
      got: args[most + 1],
      takesData: verb === 'adapt',
    });
  }
  return act(context);
}

/** The kit of `--kit`. @throws `cli/missing-value` */
export function kitOf({ args, options }: DomainContext): string {
  if (options.kit === undefined) {
    throw fail('cli/missing-value', { command: `domain ${args[0]}`, option: '--kit' });
  }
  return options.kit;
}

async function list({ terminal }: DomainContext): Promise<void> {
  const lang = language();
  const rows: string[][] = [];
  for (const spec of shippedKits) {
    const { name, title, glossary: own, rules, questions, trials } = await readKitFile(spec);
    const counts = {
      terms: own.length,
      rules: rules.length,
      questions: questions.length,
      trials: trials.length,
    };
    terminal.json({ type: 'kit', name, title, ...counts });
    rows.push([name, title[lang], ...Object.values(counts).map(String)]);
  }
  for (const line of formatTable([say('head', {}).split('|'), ...rows])) terminal.print(line);
}

async function show({ args, terminal }: DomainContext): Promise<void> {
  const kit = await readKitFile(args[1]);
  const [lang, other] = language() === 'zh' ? (['zh', 'en'] as const) : (['en', 'zh'] as const);
  terminal.json({ type: 'kit', ...kit });
  for (const term of kit.glossary) {
    const names = [...term[lang], ...term[other]].map(inOneLine).join(', ');
    terminal.print(`${names}: ${inOneLine(term.means[lang])}`);
  }
  terminal.print();
  terminal.print(inOneLine(kit.notice[lang]));
  terminal.print();
  const rows = kit.rules.map(({ name, on, action }) => [name, say(on, {}), say(action, {})]);
  for (const line of formatTable([say('rules', {}).split('|'), ...rows])) terminal.print(line);
}

async function copy({ args, options, terminal }: DomainContext): Promise<void> {
  const [, spec] = args;
  const { out } = options;
  if (out === undefined) throw fail('cli/missing-value', { command: 'domain copy', option: '--out' });
  const path = fileOfKit(spec);
  await readKitFile(spec);
  await mkdir(dirname(out), { recursive: true });
  await copyFile(path, out, constants.COPYFILE_EXCL).catch((error) => {
    throw error.code === 'EEXIST' ? failDomain('cli/kit-exists', { path: out }) : error;
  });
  terminal.json({ type: 'copied', out });
  terminal.print(say('copied', { out }));
}

/** A glossary for translation: what is said, a tab, and the usual name for it in the other language. */
async function glossary({ args, options, terminal }: DomainContext): Promise<void> {
  const kit = await readKitFile(args[1]);
  const { to, out } = options;
  const from = to === 'zh' ? 'en' : 'zh';
  const pairs = kit.glossary.flatMap((term) => term[from].map((name) => [name, term[to][0]] as const));
  for (const [source, target] of pairs) terminal.json({ type: 'pair', source, target });
  const lines = pairs.map((pair) => pair.map(inOneLine).join('\t'));
  if (out === undefined) {
    for (const line of lines) terminal.print(line);
    return;
  }
  await mkdir(dirname(out), { recursive: true });
  await writeFileAtomic(out, `${lines.join('\n')}\n`);
  terminal.print(say('written', { out, count: pairs.length }));
}
