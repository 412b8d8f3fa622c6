/** The model with which `pack` and `unpack` code a text, and the hash by which a packed file knows it. */

import { createHash, type Hash } from 'node:crypto';
import { tokenizeDocuments } from '../data/index.ts';
import { ngramLanguageModel, ngramModel, type Packer, shortHash } from '../eval/index.ts';
import { defineMessages } from '../language.ts';
import { createLanguageModel } from '../models/index.ts';
import { backend, type Tensor } from '../tensor/index.ts';
import { fingerprint, trainCharacters } from '../text/index.ts';
import { leaves } from '../tree.ts';
import type { CommandContext } from './command.ts';
import { fail } from './errors.ts';
import type { unpackOptions } from './information-options.ts';
import { openModel, requireDecoder } from './models.ts';
import { tellSkipped } from './outcome.ts';
import { readSourceTexts } from './source-texts.ts';
import { version } from './version.ts';

type Context = Pick<
  CommandContext<Pick<typeof unpackOptions, 'model' | 'ngram' | 'offline'>>,
  'options' | 'signal' | 'terminal'
>;

const say = defineMessages({
  counting: { en: (d: { source: string }) => `counting ${d.source}`, zh: (d) => `正在统计 ${d.source}` },
});

/** The model that the options of a command name. */
export async function openPacker(command: 'pack' | 'unpack', context: Context): Promise<Packer> {
  const { model, ngram } = context.options;
  if (model !== undefined && ngram !== undefined) {
    throw fail('cli/conflict', {
      command,
      options: ['--model', '--ngram'],
      reason: 'a text is coded with one model',
      zhReason: '文本只能用一个模型编码',
    });
  }
  if (model !== undefined) return modelPacker(command, model, context);
  if (ngram !== undefined) return ngramPacker(ngram, context);
  throw fail('cli/no-packer', { command });
}

/** What must be the same for logits to be equal to the last bit. */
function engine(): string {
  const { path, threads } = backend();
  return `${path} kernels, ${threads} threads, Node ${process.version}, Inkstone ${version()}`;
}

async function modelPacker(command: string, path: string, { terminal }: Context): Promise<Packer> {
  const stored = requireDecoder(command, await openModel(path));
  const { config, tokenizer, prefixIds, run } = stored;
  const params = await stored.params();
  if (run) tellSkipped(terminal, run.run);
  const hash = createHash('sha256');
  hash.update(JSON.stringify([config, fingerprint(tokenizer), prefixIds]));
  for (const [name, { dtype, shape, data }] of leaves<Tensor>(params)) {
    hash.update(JSON.stringify([name, dtype, shape]));
    updateWith(hash, data);
  }
  return {
    model: createLanguageModel(params, config),
    tokenizer,
    prefixIds,
    hash: shortHash(hash.digest()),
    name: path,
    engine: engine(),
  };
}

const updateWith = (hash: Hash, { buffer, byteOffset, byteLength }: ArrayBufferView): Hash =>
  hash.update(new Uint8Array(buffer, byteOffset, byteLength));

const END_OF_TEXT = '<|endoftext|>';
/** A window of the counting model, which looks back four characters. */
const NGRAM_CONTEXT = 64;

async function ngramPacker(source: string, { options, terminal, signal }: Context): Promise<Packer> {
  terminal.live(say('counting', { source }));
  const texts = await readSourceTexts(source, { signal, offline: options.offline });
  const tokenizer = trainCharacters(texts, { specialTokens: [END_OF_TEXT] });
  const { eosId, vocabSize } = tokenizer;
  const documents = texts.map((text) => ({ text }));
  const { tokens } = await tokenizeDocuments(documents, tokenizer, { signal });
  const counted = ngramModel(tokens, { vocabSize, eosId });
  terminal.endLive({ keep: false });
  const hash = createHash('sha256').update(JSON.stringify([counted.order, fingerprint(tokenizer)]));
  return {
    model: ngramLanguageModel(counted, { contextLength: NGRAM_CONTEXT }),
    tokenizer,
    prefixIds: [eosId!],
    hash: shortHash(updateWith(hash, tokens).digest()),
    name: `${counted.order}-gram ${source}`,
    engine: engine(),
  };
}
