/** What stands before the text of a paper: title, authors, year, identifiers, journal. By rules, since no model is asked. */

import { flow } from './flow.ts';
import { looksLikeNames, readNames } from './names.ts';
import { arxivIn, doiIn, type PersonName, titleKey } from './work.ts';

export interface FrontMatter {
  readonly title: string;
  readonly authors: readonly PersonName[];
  readonly year?: number;
  readonly venue?: string;
  readonly doi?: string;
  readonly arxiv?: string;
  readonly keywords: readonly string[];
}

export interface FrontOptions {
  /** As the file itself names it: of a PDF or a page. */
  readonly title?: string | undefined;
  readonly author?: string | undefined;
  readonly date?: string | undefined;
  /** Where the first page ends; 0 where pages are not known. */
  readonly firstPage?: number | undefined;
}

/** So much of the beginning is looked at. */
const FRONT = 6000;
/** Lines of a title. */
const MOST_TITLE_LINES = 4;
const MACHINE_TITLE =
  /\.(?:docx?|tex|dvi|pdf|indd|rtf)$|^(?:untitled|microsoft word|无标题|文档\d*|slide \d)/i;
/** Of a journal or a server, not of the paper. */
const RUNNING =
  /arxiv:|\bdoi\b|10\.\d{4,}\/|https?:|www\.|issn|©|copyright|\bvol(?:ume|\.)|\bno\.\s*\d|第\s*\d+\s*[卷期]|卷.*期|preprint|under review|published as|accepted (?:to|at|for)|proceedings of|conference on|journal of|学报|收稿日期|中图分类号|文章编号|文献标[识志]码|基金项目|@|^[^\p{L}\p{N}]*\d+[^\p{L}\p{N}]*$|^\d{4}\s*年/iu;
const PLACE =
  /university|universit|institute|department|laborator|college|school of|\binc\b|research|google|academy|大学|学院|研究[所院]|实验室|公司|（.*\d{6}.*）/i;

/** Reads what stands before `end`, where the text of the paper begins. */
export function frontMatter(
  text: string,
  end: number,
  { title: known, author, date, firstPage = 0 }: FrontOptions,
): FrontMatter {
  const head = text.slice(0, Math.min(FRONT, end <= 0 ? FRONT : Math.max(end, 200)));
  const first = text.slice(0, FRONT);
  const meta = yamlOf(first);
  const found = headLines(head, first, known);
  const title = meta.title ?? found.title;
  const listed = author ?? meta.author;
  const authors = listed === undefined ? found.authors : readNames(listed.replace(/[{}]/g, '')).authors;
  // What stands in the text itself may be of another work: the foot of a first page is not.
  const own = text.slice(0, Math.max(end, Math.min(firstPage, FRONT)));
  const doi = doiIn(meta.doi ?? own);
  const arxiv = arxivIn(own);
  const year = yearOf(date ?? meta.date, own, arxiv);
  const keywords = keywordsOf(first);
  return {
    title,
    authors,
    ...(year !== undefined && { year }),
    ...((meta.venue ?? venueIn(own)) && { venue: meta.venue ?? venueIn(own) }),
    ...(doi && { doi }),
    ...(arxiv && { arxiv }),
    keywords,
  };
}

interface Meta {
  readonly title?: string;
  readonly author?: string;
  readonly date?: string;
  readonly doi?: string;
  readonly venue?: string;
}

/** `--- title: … author: … ---` at the top of Markdown; lists of authors too. */
function yamlOf(text: string): Meta {
  const [, block] = /^---\r?\n([\s\S]{0,4000}?)\r?\n---\s*(?:\n|$)/.exec(text) ?? [];
  if (block === undefined) return {};
  const meta: { [name: string]: string } = {};
  let open = '';
  for (const line of block.split(/\r?\n/)) {
    const [, name, value] = /^([A-Za-z]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      open = name
        .toLowerCase()
        .replace(/^authors$/, 'author')
        .replace(/^year$/, 'date')
        .replace(/^journal$/, 'venue');
      meta[open] = value.replace(/^["'[]|["'\]]$/g, '').trim();
      continue;
    }
    const [, item] = /^\s+-\s*(?:name:\s*)?["']?(.+?)["']?$/.exec(line) ?? [];
    if (item !== undefined && open === 'author') meta.author = [meta.author, item].filter(Boolean).join('; ');
  }
  return Object.fromEntries(Object.entries(meta).filter(([, value]) => value !== ''));
}

/** The title is the first lines that are of nobody else; the authors stand behind it. */
function headLines(
  head: string,
  first: string,
  known: string | undefined,
): { title: string; authors: PersonName[] } {
  const heading = /^#[ \t]{1,4}(\S.{0,300}?)[ \t]{0,4}#{0,6}$/m.exec(head.replace(/^---[\s\S]*?\n---/, ''));
  const lines = head
    .replace(/^---\r?\n[\s\S]{0,4000}?\n---/, '')
    .split('\n')
    .map((line) =>
      line
        .replace(/^#+\s*/, '')
        .replace(/\*\*/g, '')
        .trim(),
    )
    .filter((line) => line !== '');
  const isOwn =
    known !== undefined && !MACHINE_TITLE.test(known) && titleKey(first).includes(titleKey(known));
  let title = heading?.[1].replace(/\*+/g, '').trim() ?? (isOwn ? known!.trim() : '');
  let at = 0;
  if (title === '') {
    while (at < lines.length && RUNNING.test(lines[at])) at++;
    const parts: string[] = [];
    while (
      at < lines.length &&
      parts.length < MOST_TITLE_LINES &&
      !RUNNING.test(lines[at]) &&
      !ABSTRACT.test(lines[at])
    ) {
      // The line of authors ends it; a title in capital words may look like one.
      if (parts.length > 0 && (isAuthorLine(lines[at]) || PLACE.test(lines[at]))) break;
      parts.push(lines[at++]);
      if (parts.length === 1 && /\p{Script=Han}/u.test(parts[0]) && isAuthorLine(lines[at] ?? '')) break;
    }
    title = flow(parts.join('\n'));
  } else {
    const key = titleKey(title);
    let seen = '';
    while (at < lines.length && seen.length < key.length) {
      const own = titleKey(lines[at++]);
      if (key.includes(own)) seen += own;
    }
  }
  const authors: PersonName[] = [];
  for (let i = 0; i < 8 && at < lines.length; i++, at++) {
    const line = lines[at];
    if (ABSTRACT.test(line)) break;
    if (PLACE.test(line) || RUNNING.test(line)) {
      if (authors.length > 0 && !isAuthorLine(lines[at + 1] ?? '')) break;
      continue;
    }
    if (isAuthorLine(line)) authors.push(...readNames(withoutMarks(line)).authors);
    else if (authors.length > 0) break;
  }
  return { title, authors };
}

const ABSTRACT = /^(?:abstract|summary|摘\s*要)/i;

/** Without the numbers and signs that point to places of work. */
const withoutMarks = (line: string): string =>
  line
    .replace(/^(?:by|authors?|作者)\s*[:：]?\s*/i, '')
    .replace(/[\d*∗†‡§¶#¹²³⁴⁵⁶⁷⁸⁹⁰]+(?:\s*,\s*[\d*∗†‡§¶]+)*/gu, ' ')
    .replace(/\(\s*\)|（\s*）/g, '')
    // Chinese names are parted by spaces alone.
    .replace(/(?<=\p{Script=Han}{2,4})\s+(?=\p{Script=Han}{2,4}(?:\s|$|[,，、]))/gu, '，')
    .replace(/^(\p{Script=Han})\s+(\p{Script=Han})(?=$|[,，、])/u, '$1$2')
    .replace(/\s{2,}(?=\p{Lu})/gu, ', ')
    .replace(/\s+,/g, ',')
    .replace(/[,，\s]+$/u, '')
    .trim();

const isAuthorLine = (line: string): boolean => {
  const plain = withoutMarks(line);
  return plain.length <= 400 && !PLACE.test(plain) && looksLikeNames(plain);
};

/** What stamps and dates say; the year of an arXiv identifier; never today. */
function yearOf(date: string | undefined, first: string, arxiv: string | undefined): number | undefined {
  const patterns = [
    /arXiv:\S+\s+\[[^\]]+\]\s+\d{1,2}\s+\w+\s+((?:19|20)\d\d)/,
    /(?:published|accepted|©|copyright|\(c\)|出版日期|发表时间)\D{0,40}((?:19|20)\d\d)/i,
    /((?:19|20)\d\d)\s*年\s*(?:第|\d{1,2}\s*月)/,
    /(?:received|收稿日期)\D{0,20}((?:19|20)\d\d)/i,
    /(?:proceedings|conference|workshop|journal|学报|vol(?:ume|\.))[^\n]{0,120}?((?:19|20)\d\d)/i,
    /^\s*(?:\w+\s+)?((?:19|20)\d\d)\s*$/m,
  ];
  const [, own] = /((?:1[89]|20)\d\d)/.exec(date ?? '') ?? [];
  const year = own ?? patterns.map((pattern) => pattern.exec(first)?.[1]).find(Boolean);
  if (year !== undefined) return Number(year);
  const [, two] = /^(\d\d)\d\d\./.exec(arxiv ?? '') ?? [];
  return two === undefined ? undefined : 2000 + Number(two);
}

/** The journal, where a line at the top names it with its volume or year. */
function venueIn(head: string): string | undefined {
  const [, han] =
    /^[ \t\u3000]*(\p{Script=Han}{2,16})[\s\u3000]+(?:第?\d{1,4}[卷年]|(?:19|20)\d\d)/mu.exec(head) ?? [];
  const [, latin] =
    /^[ \t]*((?:Journal|Transactions|Proceedings|Annals|Bulletin|Review)\s(?:of|on)\s[^,\n\d]{3,90}?)(?:[,\s]+(?:vol|\d)|$)/im.exec(
      head,
    ) ?? [];
  return han ?? latin?.trim();
}

function keywordsOf(text: string): string[] {
  const [, list] =
    /(?:key\s?words?|index terms|关\s*键\s*[词字])(?:\*\*)?\s*[:：—–\]】-]+\s*(?:\*\*)?\s*([^\n]{3,400})/i.exec(
      text,
    ) ?? [];
  return (list ?? '')
    .split(/[;；,，·]/)
    .map((word) => word.replace(/[.。\s]+$/u, '').trim())
    .filter((word) => word !== '' && word.length <= 60)
    .slice(0, 20);
}
