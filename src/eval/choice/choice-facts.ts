/** What a choice of a model rests on: the task, what can be measured of the texts, and the limits that were set. */

import type { LanguageDetector } from '../../data/index.ts';

export type ChoiceTask = 'classify' | 'tag' | 'write' | 'translate' | 'summarize' | 'answer' | 'search';

/** `mixed`: Chinese and something else, a tenth of the text or more of each. */
export type ChoiceLanguage = 'zh' | 'en' | 'mixed' | 'other';

/** What is known of the texts. */
export interface TextFacts {
  readonly language: ChoiceLanguage;
  /** How many texts. */
  readonly texts: number;
  readonly characters: number;
  /** Different characters. */
  readonly characterKinds: number;
  /** Words, marks and Chinese characters, which stand for tokens where no tokenizer is at hand. */
  readonly tokens: number;
  /** Tokens of a text, on the mean. */
  readonly textTokens: number;
  /** How many labels there are, and texts of the rarest. */
  readonly labels?: number;
  readonly rarest?: number;
  /** Share of the words of every tenth text that no other text holds; of texts with labels. */
  readonly unseen?: number;
  /** Share of the Chinese characters that are not among the 3,755 common ones of GB 2312. */
  readonly rareHan?: number;
}

/** Everything that the rules may ask about. */
export interface ChoiceFacts extends TextFacts {
  readonly task: ChoiceTask;
}

export interface ProfileOptions {
  readonly detect: LanguageDetector;
  /** Words of a text, in Chinese characters. */
  readonly cut: (text: string) => readonly string[];
  /** How many tokens a text has, roughly. */
  readonly countTokens: (text: string) => number;
}

/** Characters of a piece whose language is detected: n-grams of letters tell little of less. */
const PIECE = 1000;
/** Pieces that are looked at, spread evenly over the text. */
const MOST_PIECES = 400;
const MIXED_SHARE = 0.1;
/** One text in so many is compared with the rest. */
const HELD_OUT_EVERY = 10;

/** Looks at texts: their language, size, labels and vocabulary. There must be at least one that is not empty. */
export function profileTexts(
  texts: readonly { readonly text: string; readonly label?: string }[],
  { detect, cut, countTokens }: ProfileOptions,
): TextFacts {
  const tokens = texts.reduce((sum, { text }) => sum + countTokens(text), 0);
  const labels = countsOf(texts.flatMap(({ label }) => (label === undefined ? [] : [label])));
  const characters = new Map<string, number>();
  for (const { text } of texts) countsOf(text, characters);
  return {
    language: languageOf(
      texts.map(({ text }) => text),
      detect,
    ),
    texts: texts.length,
    characters: texts.reduce((sum, { text }) => sum + text.length, 0),
    characterKinds: characters.size,
    tokens,
    textTokens: tokens / texts.length,
    // Words are cut only where a rule asks for them: of a large corpus without labels it would take longer than all else.
    ...(labels.size > 0 && {
      labels: labels.size,
      rarest: Math.min(...labels.values()),
      ...unseenShare(texts, cut),
    }),
    ...rareHanShare(characters),
  };
}

/** How often each comes, added to `counts`. */
function countsOf(things: Iterable<string>, counts = new Map<string, number>()): Map<string, number> {
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1);
  return counts;
}

const HAN = /\p{Script=Han}/gu;
const IS_HAN = /\p{Script=Han}/u;

/** The language of most of the text. Short texts of Latin letters are joined until there is enough to tell by. */
function languageOf(texts: readonly string[], detect: LanguageDetector): ChoiceLanguage {
  const pieces = texts.flatMap((text) =>
    Array.from({ length: Math.ceil(text.length / PIECE) }, (_, i) => text.slice(i * PIECE, (i + 1) * PIECE)),
  );
  const stride = Math.max(1, pieces.length / MOST_PIECES);
  const looked = Array.from(
    { length: Math.min(pieces.length, MOST_PIECES) },
    (_, i) => pieces[Math.floor(i * stride)],
  );
  let [chinese, english, all, latin] = [0, 0, 0, ''];
  const tell = (text: string): void => {
    all += text.length;
    if (detect(text) === 'en') english += text.length;
  };
  for (const piece of looked) {
    // A Chinese character says as much as a short word, so a text with both is counted by parts.
    const han = piece.match(HAN)?.length ?? 0;
    const letters = piece.match(/\p{L}/gu)?.length ?? 0;
    const share = letters === 0 ? 0 : (2 * han) / (letters + han);
    if (han > 0 && detect(piece) !== 'ja') {
      chinese += share * piece.length;
      all += share * piece.length;
      if (share > 1 - MIXED_SHARE) continue;
    }
    latin += `${piece.replaceAll(HAN, ' ')}\n`;
    if (latin.length < PIECE) continue;
    tell(latin);
    latin = '';
  }
  if (/\p{L}/u.test(latin)) tell(latin);
  if (chinese >= (1 - MIXED_SHARE) * all && chinese > 0) return 'zh';
  if (chinese >= MIXED_SHARE * all && chinese > 0) return 'mixed';
  return english > all / 2 ? 'en' : 'other';
}

/** How much of every tenth text's words the others do not hold; nothing of a few texts. */
function unseenShare(
  texts: readonly { readonly text: string }[],
  cut: ProfileOptions['cut'],
): Pick<TextFacts, 'unseen'> {
  if (texts.length < 2 * HELD_OUT_EVERY) return {};
  const isHeldOut = (i: number): boolean => i % HELD_OUT_EVERY === HELD_OUT_EVERY - 1;
  const known = new Set<string>();
  texts.forEach(({ text }, i) => {
    if (!isHeldOut(i)) for (const word of cut(text)) known.add(word);
  });
  let [unseen, all] = [0, 0];
  texts.forEach(({ text }, i) => {
    if (!isHeldOut(i)) return;
    const words = cut(text);
    all += words.length;
    unseen += words.filter((word) => !known.has(word)).length;
  });
  return all === 0 ? {} : { unseen: unseen / all };
}

/** Level 1 of GB 2312 (1980): rows 16 to 55, the characters in daily use. */
const COMMON_ROWS = { from: 0xb0, to: 0xd7 } as const;

/** The characters of level 1, read off the encoding itself. */
function commonHan(): ReadonlySet<string> {
  const decoder = new TextDecoder('gbk');
  const found = new Set<string>();
  for (let row: number = COMMON_ROWS.from; row <= COMMON_ROWS.to; row++)
    for (let cell = 0xa1; cell <= 0xfe; cell++) found.add(decoder.decode(Uint8Array.of(row, cell)));
  return found;
}

function rareHanShare(characters: ReadonlyMap<string, number>): Pick<TextFacts, 'rareHan'> {
  const common = commonHan();
  let [rare, all] = [0, 0];
  for (const [character, count] of characters) {
    if (!IS_HAN.test(character)) continue;
    all += count;
    if (!common.has(character)) rare += count;
  }
  return all === 0 ? {} : { rareHan: rare / all };
}
