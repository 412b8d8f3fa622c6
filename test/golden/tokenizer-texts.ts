/** Texts for tests: English and Chinese mixed with what breaks tokenizers. */

import fc from 'fast-check';

const parts = [
  ...['the', ' The', "'s", "'LL", "'ſ", 'HTTPServer', 'ǅ', 'ʰ', 'ªº', 'ß', 'İ'],
  ...['床前明月光', '，', '“', '”', '的', '賈寶玉', '　', '𠀀', '〇', '々'],
  ...['0', '12345', '٣', '½', 'Ⅷ', '①', '𝟘', ' 7'],
  ...[
    ' ',
    '  ',
    '\t',
    '\n',
    '\r\n',
    '\n\n ',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\u3000',
    '\ufeff',
    '\u200b',
    '\u200d',
  ],
  ...['.', '...', '/', '//\n/', '#', '-', '_', '<|endoftext|>', '<|', '|>', '$'],
  ...['\u0000', '\u0001', '\u007f', '\ufffd', '\uffff', '\u{10ffff}'],
  ...['e\u0301', '\u0301', '\u0301\u0302', '👨‍👩‍👧‍👦', '👍🏽', '🇨🇳', '☕️', '한국어', 'ไทย', 'हिन्दी'],
];

/** Well-formed text. */
export const awkwardText = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...parts) },
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    {
      maxLength: 24,
    },
  )
  .map((chosen) => chosen.join(''));

/** Any string at all, lone surrogates included. */
export const brokenText = fc
  .array(
    fc.oneof(fc.constantFrom(...parts, '\ud800', '\udc00', '\udbff', '\udfff'), fc.constantFrom('a', '中')),
    {
      maxLength: 24,
    },
  )
  .map((chosen) => chosen.join(''));

/** What UTF-8 makes of a string: lone surrogates become U+FFFD. */
export const wellFormed = (text: string): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));

/** The pieces of a text. */
export function cut(next: (text: string, start: number) => number, text: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = next(text, start);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

export const english = `Shall I compare thee to a summer's day? Thou art more lovely and more temperate:
Rough winds do shake the darling buds of May, And summer's lease hath all too short a date.`;

export const chinese = `床前明月光，疑是地上霜。举头望明月，低头思故乡。春眠不觉晓，处处闻啼鸟。
子曰：“学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？”`;
