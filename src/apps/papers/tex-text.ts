/** LaTeX as text, line by line: headings as Markdown's, citations as `[@key]`, references of labels as `[#label]`; no macro is run. */

import { lineFinder } from './flow.ts';

export interface TexText {
  /** As many lines as the source has. */
  readonly text: string;
  readonly title?: string;
  readonly author?: string;
  readonly date?: string;
  /** Labels of figures and tables, with the line that each stands in. */
  readonly floats: readonly {
    readonly kind: 'figure' | 'table';
    readonly label: string;
    readonly line: number;
  }[];
}

/** Environments whose content is no prose. */
const NO_PROSE =
  'equation|align|gather|multline|eqnarray|displaymath|math|verbatim|lstlisting|minted|tikzpicture|tabular[x*]?|array|algorithmic|algorithm|filecontents';
const ACCENTS: { readonly [mark: string]: string } = {
  '`': '\u0300',
  "'": '\u0301',
  '^': '\u0302',
  '~': '\u0303',
  '=': '\u0304',
  u: '\u0306',
  '.': '\u0307',
  '"': '\u0308',
  r: '\u030a',
  H: '\u030b',
  v: '\u030c',
  c: '\u0327',
  k: '\u0328',
};
const LETTERS: { readonly [name: string]: string } = {
  ss: 'ß',
  o: 'ø',
  O: 'Ø',
  l: 'ł',
  L: 'Ł',
  ae: 'æ',
  AE: 'Æ',
  oe: 'œ',
  OE: 'Œ',
  aa: 'å',
  AA: 'Å',
  i: 'ı',
  j: 'ȷ',
};

/** Accents and special letters as characters, braces away. */
export function texCharacters(text: string): string {
  return text
    .replace(
      /\{?\\([`'^~=."])\s*\{?\\?([a-zA-Zıȷ])\}?\}?|\{?\\([uvHckr])(?:\s+|\{)([a-zA-Z])\}?\}?/g,
      (_, mark, letter, named, other) => {
        const plain = (letter ?? other).replace('ı', 'i').replace('ȷ', 'j');
        return (plain + ACCENTS[mark ?? named]).normalize('NFC');
      },
    )
    .replace(
      /\{?\\(ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j)(?:\{\}|(?![a-zA-Z])\s?)\}?/g,
      (_, name) => LETTERS[name],
    )
    .replace(/\\([&%$#_{}])/g, '$1')
    .replace(/---/g, '—')
    .replace(/--/g, '–')
    .replace(/``|''/g, '"')
    .replace(/(?<!\\)~/g, ' ');
}

/** Only line breaks, so that lines keep their numbers. */
const blank = (text: string): string => text.replace(/[^\n]+/g, '');
interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** From each opening mark to the next closing one; an opening one that nothing closes is text, and so are all behind it. */
export function stretchesIn(text: string, open: string, close: string): Stretch[] {
  const found: Stretch[] = [];
  for (let start = text.indexOf(open); start >= 0; start = text.indexOf(open, found.at(-1)!.end)) {
    const end = text.indexOf(close, start + open.length);
    if (end < 0) break;
    found.push({ start, end: end + close.length });
  }
  return found;
}

/** Environments of these names, each to its own end. */
function environmentsIn(text: string, names: string): (Stretch & { readonly name: string })[] {
  const found: (Stretch & { name: string })[] = [];
  const open = new Set<string>();
  let from = 0;
  for (const { index, 0: begin, 1: name } of text.matchAll(
    new RegExp(`\\\\begin\\{(${names})\\*?\\}`, 'g'),
  )) {
    if (index < from || open.has(begin)) continue;
    const close = begin.replace('begin', 'end');
    const end = text.indexOf(close, index);
    if (end < 0) open.add(begin);
    else found.push({ start: index, end: (from = end + close.length), name });
  }
  return found;
}

/** The text with these stretches blank. */
export function blanked(
  text: string,
  stretches: readonly Stretch[],
  fill: (text: string) => string = blank,
): string {
  let out = '';
  let at = 0;
  for (const { start, end } of stretches) {
    out += text.slice(at, start) + fill(text.slice(start, end));
    at = end;
  }
  return out + text.slice(at);
}

/** Rounds for arguments inside arguments. */
const MOST_DEPTH = 6;

/** The text of a LaTeX source. */
export function texText(source: string): TexText {
  let text = source.replace(/\r\n?/g, '\n').replace(/(?<!\\)%[^\n]*/g, '');
  const title = argumentOf(text, 'title');
  const author = argumentOf(text, 'author');
  const date = argumentOf(text, 'date');
  const begin = text.indexOf('\\begin{document}');
  if (begin >= 0) text = blank(text.slice(0, begin)) + text.slice(begin + '\\begin{document}'.length);
  const floats: { kind: 'figure' | 'table'; label: string; line: number }[] = [];
  const lineOf = lineFinder(text);
  for (const { start, end, name } of environmentsIn(text, 'figure|table')) {
    const label = /\\label\{([^}\n]{1,200})\}/.exec(text.slice(start, end));
    floats.push({ kind: name as 'figure' | 'table', label: label?.[1] ?? '', line: lineOf(start) });
  }
  text = blanked(text, environmentsIn(text, NO_PROSE));
  text = blanked(text, stretchesIn(text, '\\[', '\\]'));
  text = blanked(text, stretchesIn(text, '$$', '$$'));
  text = text
    .replace(/(?<!\\)\$([^$\n]{0,400})\$/g, ' $1 ')
    .replace(
      /\\(?:title|author|date|maketitle|documentclass|usepackage|bibliographystyle|thanks)\b(?:\[[^\]\n]{0,200}\])?(?:\{(?:[^{}]|\{[^{}]*\})*\})?/g,
      blank,
    )
    .replace(/\\begin\{thebibliography\}(?:\{[^}\n]{0,100}\})?/g, '# References')
    .replace(/\\begin\{abstract\}/g, '# Abstract')
    .replace(
      /\\(part|chapter|section|subsection|subsubsection|paragraph)\*?(?:\[[^\]\n]{0,200}\])?\{((?:[^{}]|\{[^{}]*\})*)\}/g,
      (_, level, name) => `${'#'.repeat(DEPTHS[level])} ${name.replace(/\n/g, ' ')}`,
    )
    .replace(
      /\\(?:[a-zA-Z]{0,12}cite[a-zA-Z]{0,12})\*?((?:\[[^\]\n]{0,200}\]){0,2})\{([^}]{1,1000})\}/g,
      (_, _notes, keys: string) =>
        keys
          .split(',')
          .map((key) => `[@${key.trim()}]`)
          .join(''),
    )
    .replace(/\\(?:auto|c|C|page|eq|name|v)?ref\*?\{([^}\n]{1,200})\}/g, '[#$1]')
    .replace(/\\label\{[^}\n]{0,200}\}|\\(?:begin|end)\{[^}\n]{0,100}\}(?:\[[^\]\n]{0,200}\])?/g, '')
    .replace(
      /\\(?:includegraphics|bibliography|input|include|vspace|hspace|centering|noindent|small|large)\b\*?(?:\[[^\]\n]{0,200}\])?(?:\{[^}\n]{0,300}\})?/g,
      '',
    );
  text = texCharacters(text);
  for (let round = 0; round < MOST_DEPTH; round++) {
    const next = text
      .replace(/\\(?:footnote|footnotetext)\{([^{}]*)\}/g, ' ($1)')
      .replace(/\\item(?:\[[^\]\n]{0,200}\])?/g, '- ')
      .replace(/\\(?!bibitem|newblock)[a-zA-Z]+\*?(?:\[[^\]\n]{0,200}\])?\{([^{}]*)\}/g, '$1');
    if (next === text) break;
    text = next;
  }
  text = text
    .replace(/\\\\(?:\[[^\]\n]{0,200}\])?/g, ' ')
    .replace(/\\(?!bibitem|newblock)[a-zA-Z]+\*?/g, '')
    .replace(/(\\bibitem(?:\[[^\]\n]{0,200}\])?\{[^}\n]{0,200}\})|[{}]/g, (_, item) => item ?? '');
  return { text, ...(title && { title }), ...(author && { author }), ...(date && { date }), floats };
}

const DEPTHS: { readonly [level: string]: number } = {
  part: 1,
  chapter: 1,
  section: 1,
  subsection: 2,
  subsubsection: 3,
  paragraph: 4,
};

function argumentOf(text: string, name: string): string | undefined {
  const [, found] =
    new RegExp(`\\\\${name}(?:\\[[^\\]]*\\])?\\{((?:[^{}]|\\{(?:[^{}]|\\{[^{}]*\\})*\\})*)\\}`).exec(text) ??
    [];
  if (found === undefined) return undefined;
  const plain = texCharacters(found)
    .replace(/\\and\b/g, ' and ')
    .replace(/\\(?:thanks|footnote|inst|textsuperscript)\{[^{}]*\}/g, '')
    .replace(/\\\\/g, ' ')
    .replace(/\\[a-zA-Z]+\*?|[{}]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain === '' ? undefined : plain;
}
