/**
 * Reads `tokenizer.json` (Hugging Face tokenizers, version "1.0"). Files are not trusted: every field is checked, sizes
 * are bounded by `limits`, and what cannot be applied is an error that names it.
 */

import { log } from '../log.ts';
import type { AddedToken } from './added-tokens.ts';
import { bound, rowOf, unsupported } from './components.ts';
import { fail } from './errors.ts';
import { type JsonObject, list, object, text, truth } from './json-fields.ts';
import { limits } from './limits.ts';
import { say } from './messages.ts';
import { readBpe } from './read-bpe.ts';
import { type ModelSource, readUnigram, readWordPiece } from './read-models.ts';
import type { SavableTokenizer } from './save.ts';

export interface LoadTokenizerOptions {
  /** The special token that ends documents; default: the one marked in the file, else one with a usual name. */
  readonly eosToken?: string;
}

/** Every kind of model that can be read. */
const models: Readonly<Record<string, (source: ModelSource) => SavableTokenizer>> = {
  BPE: readBpe,
  WordPiece: readWordPiece,
  Unigram: readUnigram,
};

/**
 * A tokenizer from the content of a `tokenizer.json`. Ids equal those of Hugging Face tokenizers without special
 * tokens added: truncation and padding of the file are the caller's business and only reported to the log; the
 * post-processor is what `encodePairs` applies. Errors: `text/json`, `text/field`, `text/limit`,
 * `text/unsupported`, `text/duplicate-id`, `text/merge`, `text/pattern`.
 */
export function loadTokenizer(json: string, options: LoadTokenizerOptions = {}): SavableTokenizer {
  bound('file', 'length', json.length, limits.fileLength);
  const file = parse(json);
  const model = object(file, 'model');
  // Old files do not say that they are BPE.
  const type = model.type === undefined ? 'BPE' : text(model, 'type', 'model.');
  const read = rowOf(models, 'model', type);
  const marked = readAddedTokens(file);
  const added = marked.map(({ token }) => token);
  const eosToken = options.eosToken ?? marked.find(({ eos }) => eos)?.token.content;
  const tokenizer = read({ file, model, added, eosToken, postProcessor: readPostProcessor(file) });
  reportIgnored(file);
  return tokenizer;
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
