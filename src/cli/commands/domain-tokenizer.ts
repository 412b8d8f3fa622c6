/** `inkstone domain tokenizer FILE --kit KIT --out FILE`: a vocabulary that has the names of a field as tokens. */

import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { extendTokenizer, loadTokenizer, saveTokenizer } from '../../text/index.ts';
import type { Tokenizer } from '../../types.ts';
import { fail } from '../errors.ts';
import { readKitFiles } from '../kits.ts';
import { readTextFile } from '../text-file.ts';
import { type DomainContext, kitOf } from './domain.ts';

const say = defineMessages({
  extended: {
    en: (d: {
      out: string;
      size: number;
      added: number;
      before: string;
      after: string;
      whole: number;
      names: number;
    }) =>
      `${d.out}: ${d.size} tokens, ${d.added} of them new; a name is ${d.after} tokens on average, it was ${d.before}; ${d.whole} of ${d.names} names are one token`,
    zh: (d) =>
      `${d.out}：${d.size} 个词元，其中新增 ${d.added} 个；每个名称平均 ${d.after} 个词元，原为 ${d.before} 个；${d.names} 个名称中有 ${d.whole} 个是单个词元`,
  },
});

export async function extend(context: DomainContext): Promise<void> {
  const { args, options, terminal, signal } = context;
  const { out, tokens } = options;
  if (out === undefined) throw fail('cli/missing-value', { command: 'domain tokenizer', option: '--out' });
  const kits = await readKitFiles(kitOf(context));
  const names = kits.flatMap(({ glossary }) => glossary.flatMap(({ en, zh }) => [...en, ...zh]));
  const old = loadTokenizer(await readTextFile(args[1]));
  // Twice each, at the beginning of a text and inside of one: what is seen once becomes no token.
  const texts = names.flatMap((name) => [name, name, ` ${name}`, ` ${name}`]);
  const { tokenizer, added } = await extendTokenizer(old, texts, {
    vocabSize: old.vocabSize + tokens,
    signal,
  });
  const [before, after] = [old, tokenizer].map((one) => lengthsOf(one, names));
  await writeFileAtomic(out, saveTokenizer(tokenizer));
  const figures = {
    ...{ size: tokenizer.vocabSize, added: added.length, names: names.length },
    whole: after.filter((length) => length === 1).length,
  };
  terminal.json({
    ...{ type: 'tokenizer', out, ...figures, tokensOfName: { before: meanOf(before), after: meanOf(after) } },
    new: added.map(({ id, from }) => ({ id, token: tokenizer.decode([id]), from })),
  });
  terminal.print(
    say('extended', { out, ...figures, before: meanOf(before).toFixed(2), after: meanOf(after).toFixed(2) }),
  );
}

const lengthsOf = (tokenizer: Tokenizer, names: readonly string[]): number[] =>
  names.map((name) => tokenizer.encode(name).length);

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
