/**
 * The `Precompiled` normalizer: the replacements of a SentencePiece model, a double-array trie (Darts-clone) over UTF-8
 * bytes and the texts that its values point to. Applied as Hugging Face tokenizers does, whose look-up takes the
 * shortest prefix that matches.
 */

import { bound } from './components.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { eachSegment } from './segments.ts';

const encoder = new TextEncoder();

const refuse = (got: unknown) =>
  fail('text/field', {
    where: 'normalizer.precompiled_charsmap',
    must: 'base64 of a trie and its texts, each inside its bounds',
    got,
  });

/** Base64 to bytes, without anything of Node. */
function fromBase64(source: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(source);
  } catch {
    throw refuse(source);
  }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** The function of a charsmap in base64. Errors: `text/field`, `text/limit`. */
export function readCharsmap(source: string): (text: string) => string {
  bound('normalizer.precompiled_charsmap', 'length', source.length, Math.ceil(limits.charsmapBytes / 3) * 4);
  const bytes = fromBase64(source);
  const view = new DataView(bytes.buffer);
  const trieBytes = bytes.length >= 4 ? view.getUint32(0, true) : -1;
  if (trieBytes < 4 || trieBytes % 4 !== 0 || trieBytes + 4 > bytes.length) throw refuse(source.length);
  const units = Int32Array.from({ length: trieBytes / 4 }, (_, i) => view.getInt32(4 + i * 4, true));
  const texts = bytes.subarray(4 + trieBytes);
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  const known = new Map<string, string | undefined>();

  /** Where the children of a node begin (Darts-clone: an offset of 21 bits, times 256 when bit 9 is set). */
  const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);

  function textAt(start: number): string {
    let end = start;
    while (end < texts.length && texts[end] !== 0) end++;
    return utf8.decode(texts.subarray(start, end));
  }

  function lookUp(chunk: string): string | undefined {
    let place = offsetOf(units[0]);
    for (const byte of encoder.encode(chunk)) {
      if (byte === 0) return undefined;
      place ^= byte;
      const unit = units[place];
      if (unit === undefined || (unit & 0x800000ff) !== byte) return undefined;
      place ^= offsetOf(unit);
      // A child with label 0 holds the value.
      if (unit & 0x100) return textAt((units[place] ?? 0) & 0x7fffffff);
    }
    return undefined;
  }

  const replacement = (chunk: string): string | undefined => {
    if (!known.has(chunk)) {
      if (known.size > 65_536) known.clear();
      known.set(chunk, lookUp(chunk));
    }
    return known.get(chunk);
  };

  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  /** Longer graphemes are looked up character by character. */
  const maxBytes = 6;
  return (text) => {
    let out = '';
    eachSegment(segmenter, text, (segment) => {
      // Up to 6 bytes: at most 5 units.
      const short = segment.length < maxBytes && encoder.encode(segment).length < maxBytes;
      const whole = short ? replacement(segment) : undefined;
      if (whole !== undefined) out += whole;
      else for (const character of segment) out += replacement(character) ?? character;
    });
    return out;
  };
}
