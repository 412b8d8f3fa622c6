/** `inkstone tokenizer train | encode | decode | stats`. */

import { nearest } from '../../errors.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { loadTokenizer, saveTokenizer, tokenizerStats, trainBpe } from '../../text/index.ts';
import type { Tokenizer } from '../../types.ts';
import type { CommandContext } from '../command.ts';
import { loadDocuments, readTextFile } from '../corpus.ts';
import { fail } from '../errors.ts';
import type { tokenizerOptions } from '../option-tables.ts';

type Context = CommandContext<typeof tokenizerOptions>;

const say = defineMessages({
  counting: {
    en: (d: { done: number }) => `counting words: ${d.done} texts`,
    zh: (d) => `统计词频：${d.done} 篇`,
  },
  merging: {
    en: (d: { done: number; total: number }) => `merging: ${d.done}/${d.total} tokens`,
    zh: (d) => `合并：${d.done}/${d.total} 个词元`,
  },
  written: {
    en: (d: { file: string; size: number }) => `${d.file}: ${d.size} tokens`,
    zh: (d) => `${d.file}：${d.size} 个词元`,
  },
});

async function train({ args, options, terminal, signal }: Context): Promise<void> {
  if (args[1] !== undefined) {
    throw fail('cli/too-many-arguments', { command: 'tokenizer train', got: args[1], takesData: true });
  }
  if (!options.data) {
    throw fail('cli/missing-value', { command: 'tokenizer train', option: '--data' });
  }
  const { data, offline } = options;
  const prepare = { textColumn: options.textColumn };
  const { documents } = await loadDocuments(data, { terminal, signal, offline, prepare });
  const tokenizer = await trainBpe(
    documents.map((document) => document.text),
    {
      vocabSize: options.vocabSize,
      minFrequency: options.minFrequency,
      pattern: options.pattern as 'gpt2',
      ...(options.special && { specialTokens: options.special.split(',') }),
      onProgress: ({ phase, done, total }) =>
        terminal.live(
          phase === 'count' ? say('counting', { done }) : say('merging', { done, total: total! }),
        ),
      signal,
    },
  );
  terminal.endLive({ keep: false });
  await writeFileAtomic(options.out, saveTokenizer(tokenizer));
  terminal.json({ file: options.out, vocabSize: tokenizer.vocabSize });
  terminal.print(say('written', { file: options.out, size: tokenizer.vocabSize }));
}

/** A readable piece: text where the bytes are text, else hexadecimal. */
function showToken(tokenizer: Tokenizer, id: number): string {
  const text = tokenizer.decode([id], { keepSpecial: true });
  return text.includes('\ufffd')
    ? `<${Buffer.from(tokenizer.tokenBytes(id)).toString('hex')}>`
    : JSON.stringify(text);
}

/** What `--text` says. */
function textOf(verb: string, { options }: Context): string {
  if (options.text === undefined) {
    throw fail('cli/missing-value', { command: `tokenizer ${verb}`, option: '--text' });
  }
  return options.text;
}

async function encode(context: Context, tokenizer: Tokenizer): Promise<void> {
  const { terminal } = context;
  const ids = tokenizer.encode(textOf('encode', context));
  terminal.json({ ids, tokens: ids.map((id) => showToken(tokenizer, id)) });
  terminal.print(ids.join(' '));
  terminal.print(ids.map((id) => showToken(tokenizer, id)).join(' '));
}

async function decode(context: Context, tokenizer: Tokenizer): Promise<void> {
  const { terminal } = context;
  const given = textOf('decode', context);
  const ids = given
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  const wrong = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < tokenizer.vocabSize));
  if (wrong !== undefined) {
    throw fail('cli/value', {
      command: 'tokenizer decode',
      option: '--text',
      rule: `ids below ${tokenizer.vocabSize}`,
      zhRule: `为小于 ${tokenizer.vocabSize} 的编号`,
      got: given,
    });
  }
  const text = tokenizer.decode(ids, { keepSpecial: true });
  terminal.json({ text });
  terminal.print(text);
}

async function stats(context: Context, tokenizer: Tokenizer): Promise<void> {
  const { options, terminal, signal } = context;
  const { data, offline } = options;
  const prepare = { textColumn: options.textColumn };
  const text = data
    ? (await loadDocuments(data, { terminal, signal, offline, prepare })).documents
        .map((document) => document.text)
        .join('\n')
    : textOf('stats', context);
  const found = tokenizerStats(tokenizer, text);
  terminal.json(found);
  for (const [name, value] of Object.entries(found)) terminal.print(`${name}: ${value}`);
}

const verbs: { readonly [verb: string]: (context: Context, tokenizer: Tokenizer) => Promise<void> } = {
  encode,
  decode,
  stats,
};

export async function run(context: Context): Promise<void> {
  const [verb, file = context.options.out] = context.args;
  if (verb === 'train') return train(context);
  if (!Object.hasOwn(verbs, verb)) {
    const known = ['train', ...Object.keys(verbs)];
    throw fail('cli/value', {
      command: 'tokenizer',
      option: 'verb',
      rule: `one of ${known.join(', ')}`,
      zhRule: `为 ${known.join('、')} 之一`,
      got: verb,
      near: nearest(verb, known),
    });
  }
  return verbs[verb](context, loadTokenizer(await readTextFile(file)));
}
