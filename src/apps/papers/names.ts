/** Lists of authors, as reference lists and first pages write them. */

import type { PersonName } from './work.ts';

export interface NameList {
  readonly authors: readonly PersonName[];
  readonly hasMore: boolean;
}

/** What is longer is no list of names. */
const LONGEST_LIST = 5000;
/** Also where some are left out in the middle: `Gomez, A. N., ... & Polosukhin, I.` */
const MORE =
  /[,，;；、\s]*(?:(?<![\p{L}])et\s+al\b\.?|等(?:人)?(?=$|[.．。,，;；\s])|(?:\.{3}|…)\s*(?:&|and\b)?)/giu;
const BETWEEN = /\s+(?:and|&)\s+|\s*&\s*|[;；、]|(?<=\p{Script=Han})\s*[和与]\s*(?=\p{Script=Han})/giu;
const INITIALS = /^(?:\p{Lu}\p{M}*\.?[-\s]*){1,4}$/u;
const HAN_NAME = /^\p{Script=Han}(?:\p{Script=Han}|[·・]){1,9}$/u;
const JUNIOR = /^(?:jr|sr|ii|iii|iv)\.?$/i;
const WORD = String.raw`\p{Lu}[\p{L}\p{M}'’.-]*`;
const PARTICLE = '(?:van|von|der|den|de|del|della|di|da|dos|la|le|el|al|bin|ibn|ten|ter)';
const NAME = new RegExp(`^(?:${PARTICLE}\\s+)*${WORD}(?:\\s+(?:${PARTICLE}|${WORD})){0,5}$`, 'u');
const TRAILING_INITIALS = /^(.*?\p{L}{2}[\p{L}'’-]*)\s+((?:\p{Lu}\.?[-\s]?){1,3})$/u;
const LEADING_INITIALS = /^((?:\p{Lu}\p{L}?\.[-\s]*){1,4})(.*\p{L}{2}.*)$/u;
const PARTICLES = new Set(PARTICLE.slice(3, -1).split('|'));

/** Reads any of the usual ways: `J. Smith, K. Lee`, `Smith, J., & Lee, K.`, `SMITH J, LEE K, et al`, `Jane Smith and Kim Lee`, `张三，李四，等`. */
export function readNames(text: string): NameList {
  const short = text.slice(0, LONGEST_LIST);
  const hasMore = new RegExp(MORE).test(short);
  const pieces = short
    .replace(MORE, ', ')
    .replace(BETWEEN, ', ')
    .split(/[,，]/)
    .map((piece) => piece.replace(/[\s.．。:：]+$/u, (end) => (/^\./.test(end) ? '.' : '')).trim())
    .filter((piece) => /\p{L}/u.test(piece));
  const authors: PersonName[] = [];
  const isWord = (piece: string | undefined): boolean =>
    piece !== undefined && /^\p{Lu}[\p{L}'’-]+$/u.test(piece);
  // `Devlin, Jacob, Ming-Wei Chang`: only the first is turned round.
  const isTurned =
    pieces.length > 2 &&
    isWord(pieces[0]) &&
    isWord(pieces[1]) &&
    /\s/.test(pieces[2]) &&
    !TRAILING_INITIALS.test(pieces[2]);
  if (isTurned) authors.push({ family: pieces[0], given: pieces[1] });
  for (let i = isTurned ? 2 : 0; i < pieces.length; i++) {
    const piece = pieces[i].replace(/^and\s+/i, '');
    const next = pieces[i + 1];
    if (JUNIOR.test(piece)) continue;
    if (
      next !== undefined &&
      INITIALS.test(next) &&
      !LEADING_INITIALS.test(piece) &&
      !TRAILING_INITIALS.test(piece)
    ) {
      authors.push({ family: plain(piece), given: next });
      i++;
      continue;
    }
    const name = readName(piece);
    if (name) authors.push(name);
  }
  return { authors, hasMore };
}

/** A family name in capitals alone is spelled as usual. */
const plain = (family: string): string =>
  /^[\p{Lu}\s'’-]{3,}$/u.test(family)
    ? family.replace(/\p{L}+/gu, (word) => word[0] + word.slice(1).toLowerCase())
    : family.replace(/\.$/, '');

/** One name without a comma. */
function readName(piece: string): PersonName | undefined {
  if (/\p{Script=Han}/u.test(piece)) {
    const han = piece.replace(/[\s.．。]+/gu, '');
    return han === '' ? undefined : { family: han };
  }
  const trailing = TRAILING_INITIALS.exec(piece);
  if (trailing) return { family: plain(trailing[1]), given: trailing[2].trim() };
  const leading = LEADING_INITIALS.exec(piece);
  if (leading) return { family: plain(leading[2].trim()), given: leading[1].trim() };
  const words = piece.replace(/\.$/, '').split(/\s+/);
  let from = words.length - 1;
  while (from > 1 && PARTICLES.has(words[from - 1].toLowerCase())) from--;
  const given = words.slice(0, from).join(' ');
  return { family: words.slice(from).join(' '), ...(given && { given }) };
}

/** Whether a text is a list of names and nothing else: at least one of them with a family and a given name, or Chinese, or `et al.` behind. */
export function looksLikeNames(text: string): boolean {
  const pieces = text
    .slice(0, LONGEST_LIST)
    .replace(MORE, ', ')
    .replace(BETWEEN, ', ')
    .split(/[,，]/)
    .map((piece) => piece.trim().replace(/^and\s+/i, ''))
    .filter(Boolean);
  if (pieces.length === 0) return false;
  // Behind `et al.` the family name alone is enough.
  let whole = new RegExp(MORE).test(text) ? 1 : 0;
  for (const [i, piece] of pieces.entries()) {
    if (/\p{Script=Han}/u.test(piece)) {
      if (!HAN_NAME.test(piece.replace(/\s+/g, '')) || piece.replace(/\s+/g, '').length > 6) return false;
      whole++;
      continue;
    }
    if (INITIALS.test(piece)) {
      // First letters need the family name before them.
      if (i === 0 || INITIALS.test(pieces[i - 1]) || LEADING_INITIALS.test(pieces[i - 1])) return false;
      whole++;
      continue;
    }
    if (JUNIOR.test(piece)) continue;
    if (!NAME.test(piece)) return false;
    if (/\s/.test(piece)) whole++;
  }
  return whole > 0;
}
