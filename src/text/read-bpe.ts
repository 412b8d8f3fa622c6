/** BPE models of `tokenizer.json`: byte-level, over characters, and the character tokenizers that this room writes. */

import { bpeTokenizer } from './bpe.ts';
import { characterBpeTokenizer } from './character-bpe.ts';
import { byteTokenName, characterTokenizer } from './characters.ts';
import { bound, type Component, componentsOf, patternOf, unsupported } from './components.ts';
import { fail } from './errors.ts';
import { type JsonObject, list, optional, text, truth } from './json-fields.ts';
import { limits } from './limits.ts';
import type { PreTokenizerStage } from './pre-tokenizer.ts';
import { brief, checkAdded, type ModelSource, partsOf, readVocab } from './read-models.ts';
import type { SavableTokenizer } from './save.ts';
import { patternSources } from './split.ts';
import type { NormalizerName } from './tokenizer-file.ts';

/** The tokenizer of a BPE file. Errors: `text/field`, `text/limit`, `text/unsupported`, `text/merge`, `text/pattern`. */
export function readBpe(source: ModelSource): SavableTokenizer {
  const { file, model, added, eosToken, postProcessor } = source;
  refuseModelParts(model);
  const vocab = readVocab(model);
  checkAdded(vocab, added);
  const merges = readMerges(model);
  const decoder = componentsOf(file.decoder, 'decoder', 'decoders').map(({ type }) => type);
  const stages = componentsOf(file.pre_tokenizer, 'pre_tokenizer', 'pretokenizers');
  const byteLevel = [...decoder, ...stages.map(({ type }) => type)].includes('ByteLevel');
  const byteFallback = truth(model, 'byte_fallback', false);
  const isPlain = !byteLevel && stages.length === 0 && file.normalizer == null;
  if (isPlain && merges.length === 0 && decoder.at(-1) === 'Fuse') {
    return readCharacters(source, vocab, byteFallback);
  }
  const ignoreMerges = truth(model, 'ignore_merges', false);
  if (!byteLevel) {
    return characterBpeTokenizer({
      ...partsOf(source),
      vocab,
      merges,
      unknownToken: optional(model, 'unk_token', text, 'model.'),
      fuseUnknown: truth(model, 'fuse_unk', false),
      byteFallback,
      ignoreMerges,
    });
  }
  if (byteFallback) throw unsupported('model', 'byte_fallback', 'byte-level BPE');
  if (decoder.length !== 1 || decoder[0] !== 'ByteLevel') {
    throw unsupported('decoder', decoder.join(' + ') || 'null', 'ByteLevel');
  }
  return bpeTokenizer({
    vocab,
    merges,
    addedTokens: added,
    eosToken,
    pattern: readStages(stages),
    normalizer: readNormalForm(file),
    ignoreMerges,
    postProcessor,
  });
}

/** Parts of BPE that byte-level vocabularies do not have. */
function refuseModelParts(model: JsonObject): void {
  for (const name of ['dropout', 'continuing_subword_prefix', 'end_of_word_suffix']) {
    if (model[name] != null && model[name] !== '' && model[name] !== 0) {
      throw unsupported(`model.${name}`, model[name], 'null');
    }
  }
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

/** Byte-level files have a normal form at most. */
function readNormalForm(file: JsonObject): NormalizerName | undefined {
  const types = componentsOf(file.normalizer, 'normalizer', 'normalizers').map(({ type }) => type);
  const known: readonly NormalizerName[] = ['NFC', 'NFD', 'NFKC', 'NFKD'];
  const wrong = types.find((type) => !known.includes(type as NormalizerName));
  if (wrong !== undefined) throw unsupported('normalizer', wrong, known.join(', '));
  if (types.length > 1) throw unsupported('normalizer', types.join(' + '), 'one normal form');
  return types[0] as NormalizerName | undefined;
}

const knownStages = 'ByteLevel, Split, Digits, Sequence';

/** The stages of a byte-level `pre_tokenizer`. Errors: `text/unsupported`, `text/field`. */
export function readStages(parts: readonly Component[]): PreTokenizerStage[] {
  if (parts.at(-1)?.type !== 'ByteLevel') {
    const types = parts.map((part) => part.type).join(' + ');
    throw unsupported('pre_tokenizer', types || 'null', `${knownStages} with ByteLevel at the end`);
  }
  return parts.map((part, i) => readStage(part, i === parts.length - 1, 'pre_tokenizer.'));
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
  const pattern = patternOf(part, path).source;
  const behavior = text(part, 'behavior', path);
  const invert = truth(part, 'invert', false, path);
  // The known patterns leave no gap, so that "remove what lies between matches" removes nothing.
  const covers = Object.values<string>(patternSources).includes(pattern);
  if (behavior === 'Isolated' || (behavior === 'Removed' && invert && covers)) return pattern;
  throw unsupported('pre_tokenizer Split behavior', behavior + (invert ? ' (inverted)' : ''), 'Isolated');
}

function readCharacters(
  { added, eosToken }: ModelSource,
  vocab: ReadonlyMap<string, number>,
  byteFallback: boolean,
): SavableTokenizer {
  const special = new Map<string, number>();
  for (const token of added) {
    if (!token.special) throw unsupported('added_tokens', `${token.content} (not special)`, 'special tokens');
    special.set(token.content, token.id);
  }
  const characters = new Map([...vocab].filter(([spelling]) => !special.has(spelling)));
  let byteIds: number[] | undefined;
  if (byteFallback) {
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
