/** Wikitext (MediaWiki's markup) to plain text: what a reader sees, without tables, templates and references. Linear in the text. */

/** Brackets inside brackets that are followed; deeper ones are plain characters. */
const MOST_DEPTH = 40;

/**
 * The text of a page's wikitext. Templates, tables, references, formulas, files and categories are left out, links are their words, headings
 * stand on lines of their own unless nothing follows them. Of a few templates that only dress words (`keptTemplates`) and of the markup
 * `-{…}-` of Chinese pages the words are kept, in simplified characters where the page gives both.
 */
export function wikitextToText(source: string): string {
  const bare = removeTags(source.replace(MARKS, ''));
  const flat = resolveBrackets(bare)
    .replace(EXTERNAL_LINK, (_, label: string | undefined) => label ?? '')
    .replace(/'{2,5}/g, '')
    .replace(/__[A-Z]{3,40}__/g, '');
  const text = arrangeLines(flat.split('\n'));
  return decodeEntities(text)
    .replace(HIDDEN, (mark) => String.fromCharCode(mark.charCodeAt(0) - HIDE))
    .replace(/[(（][\s,;，；、:：]{0,20}[)）]/g, '')
    .trim();
}

/** Templates whose words are kept, with the number of the argument that holds them. */
export const keptTemplates: ReadonlyMap<string, number> = new Map([
  ...['nowrap', 'nobr', 'small', 'big', 'link-en', 'link-ja', 'link-fr', 'link-de', 'le', '僻字'].map(
    (name) => [name, 1] as const,
  ),
  ...['lang', 'tsl', 'translink'].map((name) => [name, 2] as const),
]);

// Characters inside `<nowiki>` are hidden from all that follows by moving them to a private place of Unicode.
const HIDE = 0xf000;
const HIDDEN = /[\uf021-\uf07f]/g;
/** Private characters of the source itself would be taken for hidden ones. */
const MARKS = HIDDEN;
const hide = (text: string): string =>
  text.replace(/[[\]{}|'=*#:;<>&_-]/g, (mark) => String.fromCharCode(mark.charCodeAt(0) + HIDE));

/** Elements that go with all they hold. */
const DROPPED = new Set([
  'ref', 'references', 'math', 'chem', 'ce', 'gallery', 'timeline', 'syntaxhighlight', 'source', 'score', 'imagemap', 'graph',
  'mapframe', 'maplink', 'templatestyles', 'hiero', 'inputbox', 'categorytree', 'section', 'indicator', 'noinclude', 'style', 'script',
]); // biome-ignore format: one table
const BREAKS = /^(?:br|p|div|li|tr|blockquote|center|hr|h[1-6])$/;
/** NOTE `<` alone, as in "a < b", is no tag. */
const TAG = /<!--|<(\/?)([a-z][a-z0-9]{0,20})(?:\s[^<>]{0,2000})?(\/?)>/gi;

/** The text without comments and tags. An element that never ends is only its tag. */
function removeTags(source: string): string {
  const parts: string[] = [];
  // Ends that were looked for in vain: they are not looked for again, so time stays linear.
  const endless = new Set<string>();
  let from = 0;
  TAG.lastIndex = 0;
  for (let match = TAG.exec(source); match; match = TAG.exec(source)) {
    parts.push(source.slice(from, match.index));
    from = TAG.lastIndex;
    const [whole, slash, rawName] = match;
    const name = rawName?.toLowerCase();
    const isComment = whole === '<!--';
    const isAlone = slash === '/' || (!isComment && whole.endsWith('/>'));
    const isWhole = isComment || name === 'nowiki' || DROPPED.has(name);
    if (isWhole && !isAlone) {
      const end = endOf(source, from, isComment ? '-->' : `</${name}`, endless);
      if (end) {
        if (name === 'nowiki') parts.push(hide(source.slice(from, end.start)));
        from = end.behind;
        TAG.lastIndex = from;
      }
    } else if (name && BREAKS.test(name)) parts.push('\n');
  }
  parts.push(source.slice(from));
  return parts.join('');
}

function endOf(
  source: string,
  from: number,
  mark: string,
  endless: Set<string>,
): { start: number; behind: number } | undefined {
  if (endless.has(mark)) return undefined;
  const isComment = mark === '-->';
  const pattern = isComment ? /-->/g : new RegExp(`${mark}\\s{0,100}>`, 'gi');
  pattern.lastIndex = from;
  const found = pattern.exec(source);
  if (!found) {
    endless.add(mark);
    return undefined;
  }
  return { start: found.index, behind: pattern.lastIndex };
}

const BRACKET = /\{\{|\}\}|\[\[|\]\]|-\{|\}-|^[:;* \t]{0,20}\{\||^[ \t]{0,20}\|\}(?!\})/gm;
const CLOSES: { readonly [close: string]: string } = { '}}': '{{', ']]': '[[', '}-': '-{', '|}': '{|' };
const OPENS = new Set(Object.values(CLOSES));

interface Frame {
  readonly open: string;
  /** Where its content begins in the parts. */
  readonly at: number;
}

/** Templates, tables and links, each with what is inside it, resolved from the inside out. */
function resolveBrackets(text: string): string {
  const parts: string[] = [];
  const frames: Frame[] = [];
  let from = 0;
  BRACKET.lastIndex = 0;
  for (let match = BRACKET.exec(text); match; match = BRACKET.exec(text)) {
    parts.push(text.slice(from, match.index));
    from = BRACKET.lastIndex;
    const mark = match[0].slice(-2);
    if (OPENS.has(mark)) {
      if (frames.length < MOST_DEPTH) frames.push({ open: mark, at: parts.length });
      continue;
    }
    // What opened inside and never closed is plain text, without its mark.
    const level = frames.findLastIndex(({ open }) => open === CLOSES[mark]);
    if (level < 0) continue;
    const { open, at } = frames[level];
    frames.length = level;
    const content = parts.splice(at);
    parts.push(open === '{|' ? '' : resolvers[open](content.join('')));
  }
  parts.push(text.slice(from));
  return parts.join('');
}

const resolvers: { readonly [open: string]: (content: string) => string } = {
  '{{': templateWords,
  '[[': linkWords,
  '-{': variantWords,
};

function templateWords(content: string): string {
  const cut = content.indexOf('|');
  if (cut < 0 || cut > 40) return '';
  const argument = keptTemplates.get(content.slice(0, cut).trim().toLowerCase());
  return argument === undefined ? '' : (content.split('|', argument + 1)[argument]?.trim() ?? '');
}

/** Names before a colon whose links are no words of the text; without a list of all languages, two or three small letters are one. */
const UNSEEN_LINK =
  /^\s*(?:file|image|media|category|文件|檔案|图像|圖像|分类|分類|[a-z]{2,3}(?:-[a-z]{2,10})?)\s*:/i;

function linkWords(content: string): string {
  const bar = content.lastIndexOf('|');
  const target = (bar < 0 ? content : content.slice(0, content.indexOf('|'))).trimStart();
  if (UNSEEN_LINK.test(target)) return '';
  return bar < 0 ? target.replace(/^:/, '') : content.slice(bar + 1);
}

/** `-{zh-hans:甲;zh-hant:乙}-`: one of several spellings. Rules for the whole page (`-{T|…}-`, `-{H|…}-`) show nothing. */
function variantWords(content: string): string {
  const bar = content.indexOf('|');
  const flag = bar >= 0 && bar < 20 ? content.slice(0, bar).trim() : '';
  if (/^[THD-]$/i.test(flag)) return '';
  const body = flag === '' ? content : content.slice(bar + 1);
  const spellings = new Map<string, string>();
  for (const part of body.split(/;(?=\s*zh|\s*$)/)) {
    const [, code, words] = /^\s*(zh(?:-\w{2,4})?)\s*:([\s\S]*)$/.exec(part) ?? [];
    if (code) spellings.set(code, words.trim());
  }
  if (spellings.size === 0) return body;
  return (
    ['zh-hans', 'zh-cn', 'zh'].map((code) => spellings.get(code)).find(Boolean) ?? [...spellings.values()][0]
  );
}

const EXTERNAL_LINK = /\[(?:https?:|ftp:|mailto:|\/\/)[^\s[\]]{1,2000}(?:[ \t]([^\]\n]{0,1000}))?\]/gi;

/** Marks of lists go, headings stay where text follows them, empty lines come one at a time. */
function arrangeLines(lines: readonly string[]): string {
  const kept: string[] = [];
  let waiting: { level: number; words: string }[] = [];
  for (const raw of lines) {
    const heading = headingOf(raw);
    if (heading) {
      if (/[^=]/.test(heading.words)) {
        waiting = [...waiting.filter(({ level }) => level < heading.level), heading];
      }
      continue;
    }
    const line = raw.replace(/^[*#:;]{1,20}[ \t]{0,20}|^-{4,}/, '').trim();
    if (line === '') {
      if (kept.length > 0 && kept.at(-1) !== '') kept.push('');
      continue;
    }
    for (const { words } of waiting) {
      if (kept.length > 0 && kept.at(-1) !== '') kept.push('');
      kept.push(words, '');
    }
    waiting = [];
    kept.push(line);
  }
  return kept.join('\n');
}

/** `== words ==`, the level being the number of signs on the side that has fewer. */
function headingOf(raw: string): { level: number; words: string } | undefined {
  const line = raw.trim();
  if (line.length < 2 || line[0] !== '=' || !line.endsWith('=')) return undefined;
  const count = (from: number, step: 1 | -1): number => {
    let level = 0;
    while (level < 6 && line[from + step * level] === '=') level++;
    return level;
  };
  const level = Math.min(count(0, 1), count(line.length - 1, -1), (line.length - 1) >> 1);
  return { level, words: line.slice(level, line.length - level).trim() };
}

const ENTITIES: { readonly [name: string]: string } = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', thinsp: ' ', ensp: ' ', emsp: ' ', ndash: '–', mdash: '—', minus: '−',
  hellip: '…', middot: '·', bull: '•', times: '×', deg: '°', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', shy: '', zwnj: '', lrm: '',
}; // biome-ignore format: one table

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name) return ENTITIES[String(name).toLowerCase()] ?? whole;
    const code = Number.parseInt(decimal ?? hex, decimal ? 10 : 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
