/** The decoders of `tokenizer.json` for vocabularies whose tokens are text: how one token reads. */

import { bound, type Component, componentsOf, patternOf, rowOf, unsupported } from './components.ts';
import { fail } from './errors.ts';
import { text, truth } from './json-fields.ts';
import { limits } from './limits.ts';

/** What the decoder does to each token. */
export interface TokenReading {
  /** The text of a spelling: `▁the` is ` the`, `##ing` is `ing`. */
  text(spelling: string): string;
  /** Tokens named `<0x0A>` are bytes. */
  readonly bytes: boolean;
  /** Every word carries a space before it and the first gives it up (WordPiece). */
  readonly dropsFirstSpace: boolean;
}

type Step = Partial<TokenReading>;

/** What WordPiece's clean-up writes closer to the word before. */
const tidied: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

const readers: Readonly<Record<string, (part: Component, path: string) => Step>> = {
  Fuse: () => ({}),
  ByteFallback: () => ({ bytes: true }),
  Metaspace(part, path) {
    const replacement = text(part, 'replacement', path);
    if (replacement === '')
      throw fail('text/field', { where: `${path}replacement`, must: 'not empty', got: '' });
    return { text: (spelling) => spelling.replaceAll(replacement, ' ') };
  },
  Replace(part, path) {
    const { literal } = patternOf(part, path);
    const content = text(part, 'content', path);
    bound(path, 'length', content.length, limits.tokenLength);
    if (!literal)
      throw unsupported('decoder', 'Replace of a pattern', 'Replace of a String that is not empty');
    return { text: (spelling) => spelling.replaceAll(literal, () => content) };
  },
  // NOTE: what it would take away is the prefix space, which `decode` gives back like every other space.
  Strip(part, path) {
    const simple = part.content === ' ' && (part.start === 0 || part.start === 1) && part.stop === 0;
    if (!simple)
      throw unsupported(`${path}Strip`, 'of more than one space at the start', 'start 0 or 1, stop 0');
    return {};
  },
  WordPiece(part, path) {
    const prefix = text(part, 'prefix', path);
    const tidy = truth(part, 'cleanup', true, path);
    return {
      dropsFirstSpace: true,
      text(spelling) {
        const spaced =
          prefix !== '' && spelling.startsWith(prefix) ? spelling.slice(prefix.length) : ` ${spelling}`;
        return tidy ? tidied.reduce((made, [from, to]) => made.replaceAll(from, to), spaced) : spaced;
      },
    };
  },
};

/** The reading of a `decoder`. Errors: `text/field`, `text/limit`, `text/unsupported`. */
export function readDecoder(part: unknown): TokenReading {
  const components = componentsOf(part, 'decoder', 'decoders');
  if (components.length === 0) throw unsupported('decoder', 'null', Object.keys(readers).join(', '));
  const steps = components.map((component, i) =>
    rowOf(readers, 'decoder', component.type)(component, `decoder.${i}.`),
  );
  return {
    text: (spelling) => steps.reduce((made, step) => step.text?.(made) ?? made, spelling),
    bytes: steps.some((step) => step.bytes),
    dropsFirstSpace: steps.some((step) => step.dropsFirstSpace),
  };
}
