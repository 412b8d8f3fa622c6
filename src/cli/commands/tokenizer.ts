/** `inkstone tokenizer train | extend | encode | decode | stats | compare`. */

import { loadTokenizer, tokenizerStats } from '../../text/index.ts';
import type { Tokenizer } from '../../types.ts';
import type { CommandContext } from '../command.ts';
import { loadDocuments, readTextFile } from '../corpus.ts';
import { fail } from '../errors.ts';
import type { tokenizerOptions } from '../tokenizer-options.ts';
import { actionOf } from '../verbs.ts';

type Context = CommandContext<typeof tokenizerOptions>;

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

/** The text of `--data`, else `--text`. */
async function textToMeasure(verb: string, context: Context): Promise<string> {
  const { options, terminal, signal } = context;
  const { data, offline, textColumn } = options;
  if (!data) return textOf(verb, context);
  const { documents } = await loadDocuments(data, { terminal, signal, offline, prepare: { textColumn } });
  return documents.map((document) => document.text).join('\n');
}

async function stats(context: Context, tokenizer: Tokenizer): Promise<void> {
  const { terminal } = context;
  const found = tokenizerStats(tokenizer, await textToMeasure('stats', context));
  terminal.json(found);
  for (const [name, value] of Object.entries(found)) {
    terminal.print(`${name}: ${Array.isArray(value) ? JSON.stringify(value) : value}`);
  }
}

/** A verb that looks at one tokenizer: the file given, else the one that `train` writes. */
const lookAt =
  (verb: string, look: (context: Context, tokenizer: Tokenizer) => Promise<void>) =>
  async (context: Context): Promise<void> => {
    const [, file = context.options.out, more] = context.args;
    if (more !== undefined) {
      const takesData = verb === 'stats';
      throw fail('cli/too-many-arguments', { command: `tokenizer ${verb}`, got: more, takesData });
    }
    return look(context, loadTokenizer(await readTextFile(file)));
  };

const verbs: { readonly [verb: string]: (context: Context) => Promise<void> } = {
  train: async (context) => (await import('./tokenizer-train.ts')).train(context),
  extend: async (context) => (await import('./tokenizer-train.ts')).extend(context),
  encode: lookAt('encode', encode),
  decode: lookAt('decode', decode),
  stats: lookAt('stats', stats),
  compare: async (context) =>
    (await import('./tokenizer-compare.ts')).compare(context, () => textToMeasure('compare', context)),
};

export async function run(context: Context): Promise<void> {
  return actionOf('tokenizer', verbs, context.args)(context);
}
