/** How BERT reads text before WordPiece (Devlin et al. 2018): cleaning, ideographs set apart, lower case, no accents. */

/** Removed when text is cleaned: controls, formats and private use. */
const control = /[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu;
const space = /\p{White_Space}/gu;
/** The blocks of ideographs that BERT surrounds with spaces. */
const ideograph =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

/** Removes controls and U+FFFD; tabs, line breaks and every other white space that is no control become spaces. */
export const cleanText = (text: string): string =>
  text
    .replace(/[\t\n\r]/g, ' ')
    .replace(control, '')
    .replace(space, ' ');

/** A space on either side of every ideograph. */
export const spaceIdeographs = (text: string): string => text.replace(ideograph, ' $& ');

/** Lower case character by character: no rule for a sigma at the end of a word. */
export const lowerCase = (text: string): string => text.replaceAll('Σ', 'σ').toLowerCase();

/** Decomposes and drops the marks that take no space of their own. */
export const stripAccents = (text: string): string => text.normalize('NFD').replace(/\p{Mn}/gu, '');
