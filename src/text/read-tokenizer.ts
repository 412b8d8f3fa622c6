/**
 * Reads `tokenizer.json` (Hugging Face tokenizers, version "1.0"): byte-level BPE, and the character tokenizers that
 * this room writes. Files are not trusted: every field is checked, sizes are bounded by `limits`.
 */

import { log } from '../log.ts';
import type { AddedToken } from './added-tokens.ts';
import { bpeTokenizer } from './bpe.ts';
import { byteTokenName, characterTokenizer } from './characters.ts';
import { fail, show } from './errors.ts';
import { type JsonObject, list, object, optional, text, truth } from './json-fields.ts';
import { limits } from './limits.ts';
import { say } from './messages.ts';
import type { PreTokenizerStage } from './pre-tokenizer.ts';
import type { SavableTokenizer } from './save.ts';
import { patternSources } from './split.ts';
import type { NormalizerName } from './tokenizer-file.ts';

export interface LoadTokenizerOptions {
  /** The special token that ends documents; default: the one marked in the file, else one with a usual name. */
  readonly eosToken?: string;
}

/**
 * A tokenizer from the content of a `tokenizer.json`. Ids equal those of Hugging Face tokenizers without special
 * tokens added: post-processor, truncation and padding of the file are the caller's business and only reported to the
 * log. Errors: `text/json`, `text/field`, `text/limit`, `text/unsupported`, `text/duplicate-id`, `text/merge`,
 * `text/pattern`.
 */
export function loadTokenizer(json: string, options: LoadTokenizerOptions = {}): SavableTokenizer {
  bound('file', 'length', json.length, limits.fileLength);
  const file = parse(json);
  const model = object(file, 'model');
  if (model.type !== undefined && model.type !== 'BPE') throw unsupported('model', model.type, 'BPE');
  refuseModelParts(model);
  const vocab = readVocab(model);
  const marked = readAddedTokens(file);
  const added = marked.map(({ token }) => token);
  for (const { id, content } of added) {
    const other = vocab.get(content);
    if (other !== undefined && other !== id) {
      throw fail('text/field', {
        where: 'added_tokens',
        must: `id ${other} of the vocabulary for ${content}`,
        got: id,
      });
    }
  }
  const eosToken = options.eosToken ?? marked.find(({ eos }) => eos)?.token.content;
  const merges = readMerges(model);
  const decoder = typesOf(file, 'decoder', 'decoders');
  if (file.pre_tokenizer == null && merges.length === 0 && decoder.at(-1) === 'Fuse') {
    return readCharacters(file, model, vocab, added, eosToken);
  }
  if (truth(model, 'byte_fallback', false)) throw unsupported('model', 'byte_fallback', 'byte-level BPE');
  if (decoder.length !== 1 || decoder[0] !== 'ByteLevel') {
    throw unsupported('decoder', decoder.join(' + ') || 'null', 'ByteLevel');
  }
  reportIgnored(file);
  return bpeTokenizer({
    vocab,
    merges,
    addedTokens: added,
    eosToken,
    pattern: readStages(file),
    normalizer: readNormalizer(file),
    ignoreMerges: truth(model, 'ignore_merges', false),
    postProcessor: readPostProcessor(file),
  });
}

function parse(json: string): JsonObject {
  let file: unknown;
  try {
    file = JSON.parse(json);
  } catch (error) {
    throw fail('text/json', { reason: error instanceof Error ? error.message : String(error) }, error);
  }
  return object({ file }, 'file');
}

const unsupported = (where: string, got: unknown, known: string) =>
  fail('text/unsupported', { where, got: typeof got === 'string' ? got.slice(0, 60) : show(got), known });

function bound(where: string, what: string, got: number, limit: number): void {
  if (got > limit) throw fail('text/limit', { where, what, limit, got });
}

/** Parts of BPE that byte-level vocabularies do not have. */
function refuseModelParts(model: JsonObject): void {
  for (const name of ['dropout', 'continuing_subword_prefix', 'end_of_word_suffix']) {
    if (model[name] != null && model[name] !== '' && model[name] !== 0) {
      throw unsupported(`model.${name}`, model[name], 'null');
    }
  }
}

function readVocab(model: JsonObject): Map<string, number> {
  const entries = Object.entries(object(model, 'vocab', 'model.'));
  bound('model.vocab', 'size', entries.length, limits.vocabSize);
  const vocab = new Map<string, number>();
  for (const [spelling, id] of entries) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0) {
      throw fail('text/field', {
        where: `model.vocab[${brief(spelling)}]`,
        must: 'a whole number, 0 or larger',
        got: id,
      });
    }
    bound('model.vocab', 'id', id, limits.vocabSize - 1);
    bound('model.vocab', 'token length', spelling.length, limits.tokenLength);
    vocab.set(spelling, id);
  }
  return vocab;
}

const brief = (spelling: string): string =>
  JSON.stringify(spelling.length > 20 ? `${spelling.slice(0, 20)}…` : spelling);

function readAddedTokens(file: JsonObject): { readonly token: AddedToken; readonly eos: boolean }[] {
  if (file.added_tokens == null) return [];
  const entries = list(file, 'added_tokens');
  bound('added_tokens', 'size', entries.length, limits.addedTokens);
  return entries.map((_, i) => {
    const where = `added_tokens[${i}].`;
    const entry = object({ [i]: entries[i] }, String(i), 'added_tokens.');
    const { id } = entry;
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0) {
      throw fail('text/field', { where: `${where}id`, must: 'a whole number, 0 or larger', got: id });
    }
    const content = text(entry, 'content', where);
    bound('added_tokens', 'token length', content.length, limits.tokenLength);
    const special = truth(entry, 'special', false, where);
    const lstrip = truth(entry, 'lstrip', false, where);
    const rstrip = truth(entry, 'rstrip', false, where);
    if (truth(entry, 'single_word', false, where)) throw unsupported(`${where}single_word`, 'true', 'false');
    if (!special && (lstrip || rstrip)) {
      throw unsupported(`${where}lstrip, rstrip of an ordinary token`, 'true', 'false');
    }
    const normalized = truth(entry, 'normalized', !special, where);
    return {
      token: { id, content, special, lstrip, rstrip, normalized },
      eos: special && entry.eos === true,
    };
  });
}

function readMerges(model: JsonObject): (readonly [string, string])[] {
  const entries = list(model, 'merges', 'model.');
  bound('model.merges', 'size', entries.length, limits.merges - 1);
  return entries.map((entry, i) => {
    const parts = typeof entry === 'string' ? entry.split(' ', 3) : Array.isArray(entry) ? entry : [];
    const [left, right] = parts;
    if (parts.length !== 2 || typeof left !== 'string' || typeof right !== 'string') {
      throw fail('text/field', { where: `model.merges[${i}]`, must: 'two tokens', got: entry });
    }
    return [left, right];
  });
}

/** The types of a component, one or those of a `Sequence`; none for null. */
function typesOf(file: JsonObject, name: string, children: string): string[] {
  if (file[name] == null) return [];
  const component = object(file, name);
  const type = text(component, 'type', `${name}.`);
  if (type !== 'Sequence') return [type];
  return childrenOf(component, children, `${name}.`).map((child, i) =>
    text(child, 'type', `${name}.${children}[${i}].`),
  );
}

function childrenOf(component: JsonObject, name: string, path: string): JsonObject[] {
  const entries = list(component, name, path);
  bound(path + name, 'size', entries.length, limits.stages);
  return entries.map((_, i) => object({ [i]: entries[i] }, String(i), `${path}${name}.`));
}

function readNormalizer(file: JsonObject): NormalizerName | undefined {
  const types = typesOf(file, 'normalizer', 'normalizers');
  const known: readonly NormalizerName[] = ['NFC', 'NFD', 'NFKC', 'NFKD'];
  const wrong = types.find((type) => !known.includes(type as NormalizerName));
  if (wrong !== undefined) throw unsupported('normalizer', wrong, known.join(', '));
  if (types.length > 1) throw unsupported('normalizer', types.join(' + '), 'one normal form');
  return types[0] as NormalizerName | undefined;
}

const knownStages = 'ByteLevel, Split, Digits, Sequence';

function readStages(file: JsonObject): PreTokenizerStage[] {
  if (file.pre_tokenizer == null) throw unsupported('pre_tokenizer', 'null', 'ByteLevel');
  const root = object(file, 'pre_tokenizer');
  const path = 'pre_tokenizer.';
  const parts = root.type === 'Sequence' ? childrenOf(root, 'pretokenizers', path) : [root];
  if (parts.at(-1)?.type !== 'ByteLevel') {
    const types = parts.map((part) => String(part.type)).join(' + ');
    throw unsupported('pre_tokenizer', types || 'Sequence []', `${knownStages} with ByteLevel at the end`);
  }
  return parts.map((part, i) => readStage(part, i === parts.length - 1, path));
}

function readStage(part: JsonObject, last: boolean, path: string): PreTokenizerStage {
  switch (part.type) {
    case 'ByteLevel':
      // After ByteLevel text is bytes spelled as characters; what follows would cut those.
      if (!last) throw unsupported('pre_tokenizer', 'ByteLevel before another stage', 'ByteLevel at the end');
      return {
        pattern: truth(part, 'use_regex', true, path) ? patternSources.gpt2 : undefined,
        addPrefixSpace: truth(part, 'add_prefix_space', undefined, path),
      };
    case 'Digits':
      return {
        pattern: truth(part, 'individual_digits', false, path) ? String.raw`\p{N}` : String.raw`\p{N}+`,
      };
    case 'Split':
      return { pattern: readSplit(part, path) };
    default:
      throw unsupported('pre_tokenizer', part.type, knownStages);
  }
}

function readSplit(part: JsonObject, path: string): string {
  const given = object(part, 'pattern', path);
  const regex = optional(given, 'Regex', text, `${path}pattern.`);
  const literal = regex ?? text(given, 'String', `${path}pattern.`);
  bound('pre_tokenizer', 'pattern length', literal.length, limits.patternLength);
  const pattern = regex ?? literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const behavior = text(part, 'behavior', path);
  const invert = truth(part, 'invert', false, path);
  // The known patterns leave no gap, so that "remove what lies between matches" removes nothing.
  const covers = Object.values<string>(patternSources).includes(pattern);
  if (behavior === 'Isolated' || (behavior === 'Removed' && invert && covers)) return pattern;
  throw unsupported('pre_tokenizer Split behavior', behavior + (invert ? ' (inverted)' : ''), 'Isolated');
}

/** Kept as it is, to be written again; so its nesting is bounded. */
function readPostProcessor(file: JsonObject): unknown {
  const depthOf = (value: unknown, depth: number): number =>
    typeof value !== 'object' || value === null || depth > limits.depth
      ? depth
      : Object.values(value).reduce(
          (most: number, child) => Math.max(most, depthOf(child, depth + 1)),
          depth,
        );
  bound('post_processor', 'depth', depthOf(file.post_processor, 0), limits.depth);
  return file.post_processor ?? undefined;
}

/** Says what of the file is not applied by `encode`. */
function reportIgnored(file: JsonObject): void {
  for (const name of ['truncation', 'padding', 'post_processor']) {
    const value = file[name];
    if (value == null || (typeof value === 'object' && (value as JsonObject).type === 'ByteLevel')) continue;
    log({ level: 'info', code: 'text/not-applied', message: say('notApplied', { name }) });
  }
}

function readCharacters(
  file: JsonObject,
  model: JsonObject,
  vocab: ReadonlyMap<string, number>,
  added: readonly AddedToken[],
  eosToken: string | undefined,
): SavableTokenizer {
  if (readNormalizer(file)) throw unsupported('normalizer', 'of a character tokenizer', 'null');
  const special = new Map<string, number>();
  for (const token of added) {
    if (!token.special) throw unsupported('added_tokens', `${token.content} (not special)`, 'special tokens');
    special.set(token.content, token.id);
  }
  const characters = new Map([...vocab].filter(([spelling]) => !special.has(spelling)));
  let byteIds: number[] | undefined;
  if (truth(model, 'byte_fallback', false)) {
    byteIds = Array.from({ length: 256 }, (_, byte) => {
      const name = byteTokenName(byte);
      const id = characters.get(name);
      if (id === undefined)
        throw fail('text/field', {
          where: 'model.vocab',
          must: 'all 256 bytes with byte_fallback',
          got: name,
        });
      characters.delete(name);
      return id;
    });
  }
  for (const spelling of characters.keys()) {
    if (Array.from(spelling).length !== 1) {
      throw unsupported('model.vocab', `token ${brief(spelling)} without merges`, 'single characters');
    }
  }
  return characterTokenizer({ vocab: characters, byteIds, specialTokens: special, eosToken });
}
