/** The sections of a paper: headings of Markdown, numbered ones, and those that papers usually have; English and Chinese. */

export const sectionKinds = [
  'abstract',
  'keywords',
  'introduction',
  'related',
  'data',
  'method',
  'experiments',
  'results',
  'discussion',
  'limitations',
  'conclusion',
  'acknowledgements',
  'references',
  'appendix',
  'other',
] as const;
export type SectionKind = (typeof sectionKinds)[number];

export interface Section {
  readonly title: string;
  readonly kind: SectionKind;
  /** 1 is the highest. */
  readonly depth: number;
  /** Where its heading begins, where its text begins and where that ends, in UTF-16 units. */
  readonly start: number;
  readonly bodyStart: number;
  readonly end: number;
}

/** What a heading says of its kind; the first row that fits. */
const KINDS: readonly (readonly [SectionKind, RegExp])[] = [
  ['references', /^(?:references?|bibliography|works cited|literature cited|参考文献|引用文献)$/i],
  ['abstract', /^(?:abstract|summary|摘要|内容提要|提要)$/i],
  ['keywords', /^(?:key\s?words?|index terms|关键词|关键字)$/i],
  ['acknowledgements', /^(?:acknowledge?ments?|funding|致谢|基金项目)$/i],
  ['appendix', /^(?:appendi(?:x|ces)\b.*|supplementary.*|附录.*)$/i],
  [
    'related',
    /related work|literature review|background|prior work|相关(?:工作|研究)|文献综述|研究现状|背景/i,
  ],
  ['introduction', /^(?:introduction|引言|绪论|前言|导言|概述)/i],
  ['limitations', /limitation|threats to validity|局限|不足/i],
  ['conclusion', /conclu|future work|结论|结语|总结|结束语|展望/i],
  ['discussion', /discussion|讨论/i],
  ['results', /result|findings|evaluation|结果|评测|评估/i],
  ['data', /\bdata(?:sets?|\s+sets?)?\b|corpus|corpora|materials|数据|语料|材料/i],
  ['experiments', /experiment|setup|实验|试验/i],
  ['method', /method|approach|model|architecture|algorithm|framework|方法|模型|算法|框架|设计/i],
];

/** What counts a heading: `2.1`, `IV.`, `第三章`, `三、`, `(二)`. */
const NUMBER =
  /^\s*(?:\d{1,2}(?:\.\d{1,2})*[.、．)]?\s*|[IVX]{1,5}\.\s+|第[一二三四五六七八九十\d]{1,3}[章节]\s*|[一二三四五六七八九十]{1,3}[、.．]\s*|[(（][一二三四五六七八九十\d]{1,3}[)）]\s*)(?=\p{L})/u;

/** What a heading says of its section. */
export const kindOf = (title: string): SectionKind => {
  const plain = title.replace(NUMBER, '').replace(/[\s:：.]+$/u, '');
  const own = plain === '' ? title.trim() : plain.replace(/(?<=\p{Script=Han})\s+(?=\p{Script=Han})/gu, '');
  return KINDS.find(([, pattern]) => pattern.test(own))?.[0] ?? 'other';
};

/** Headings that stand alone on a line without a number. */
const USUAL =
  /^(?:abstract|introduction|related works?|background|(?:materials and )?methods?|methodology|approach|experiments?|experimental (?:setup|results)|results(?: and discussion)?|evaluation|discussion|limitations|conclusions?(?: and future work)?|acknowledge?ments?|references|bibliography|appendix(?: \w)?|摘\s*要|引\s*言|绪\s*论|前\s*言|相关工作|相关研究|研究方法|方\s*法|实\s*验|实验结果(?:与分析)?|结果与(?:分析|讨论)|结\s*果|讨\s*论|局限性?|结\s*论|结\s*语|总结(?:与展望)?|致\s*谢|参\s*考\s*文\s*献|附\s*录)\s*[:：]?$/iu;
/** A heading and its text on one line. */
const RUN_IN =
  /^(?:\*\*)?(abstract|summary|key\s?words?|index terms|摘\s*要|关\s*键\s*词|关\s*键\s*字)(?:\*\*)?\s*(?:[:：—–-]|\.\s|\]|】)+\s*(?:\*\*)?\s*(?=\S)/iu;
const MARKDOWN = /^(#{1,6})[ \t]{1,8}(\S.{0,300}?)[ \t]{0,8}#{0,6}$/;
const NUMBERED = /^(\d{1,2}(?:\.\d{1,2}){0,3})[.、．]?[ \t]+(\S.{0,90})$/u;
const HAN_NUMBERED =
  /^(?:第?([一二三四五六七八九十]{1,3})[、.．章节]|[(（]([一二三四五六七八九十]{1,3})[)）])\s*(\S.{0,40})$/u;
const ROMAN = /^([IVX]{1,5})\.\s+(\p{Lu}[\p{Lu}\s,&:-]{3,60})$/u;

interface Found {
  readonly title: string;
  readonly depth: number;
  readonly start: number;
  readonly bodyStart: number;
}

/** The sections in order, without what stands before the first. */
export function sectionsOf(text: string): Section[] {
  const found: Found[] = [];
  const isMarkdown = /^#{1,6}[ \t]+\S/m.test(text);
  let lastNumber = 0;
  let inReferences = false;
  let at = 0;
  let inCode = false;
  for (const raw of text.split('\n')) {
    const start = at;
    at += raw.length + 1;
    const line = raw.replace(/\r$/, '').trim();
    if (/^(?:```|~~~)/.test(line)) inCode = !inCode;
    if (inCode || line === '' || line.length > 2000) continue;
    const heading = headingOf(line, { isMarkdown, lastNumber, inReferences });
    if (!heading) continue;
    const { title, depth, number, taken } = heading;
    if (number !== undefined) lastNumber = number;
    inReferences = kindOf(title) === 'references';
    found.push({
      title,
      depth,
      start,
      bodyStart: taken === undefined ? Math.min(at, text.length) : start + raw.indexOf(line) + taken,
    });
  }
  return found.map((one, i) => ({
    ...one,
    kind: kindOf(one.title),
    end: found[i + 1]?.start ?? text.length,
  }));
}

function headingOf(
  line: string,
  about: { readonly isMarkdown: boolean; readonly lastNumber: number; readonly inReferences: boolean },
): { title: string; depth: number; number?: number; taken?: number } | undefined {
  const { isMarkdown, lastNumber, inReferences } = about;
  const markdown = MARKDOWN.exec(line);
  if (markdown) return { title: markdown[2].replace(/\*+/g, '').trim(), depth: markdown[1].length };
  const runIn = inReferences ? null : RUN_IN.exec(line);
  if (runIn)
    return {
      title: runIn[1].replace(/\s+/g, /\p{Script=Han}/u.test(runIn[1]) ? '' : ' '),
      depth: 1,
      taken: runIn[0].length,
    };
  if (USUAL.test(line)) return { title: line.replace(/[:：\s]+$/u, ''), depth: 1 };
  // Under Markdown's headings a numbered line is a list.
  if (isMarkdown || inReferences) return undefined;
  const numbered = NUMBERED.exec(line);
  if (numbered && isTitle(numbered[2])) {
    const [first, ...rest] = numbered[1].split('.').map(Number);
    const isNext =
      rest.length > 0 ? first === lastNumber : first === lastNumber + 1 || (lastNumber === 0 && first <= 1);
    if (isNext) return { title: numbered[2].trim(), depth: numbered[1].split('.').length, number: first };
  }
  const han = HAN_NUMBERED.exec(line);
  if (han && isTitle(han[3])) return { title: han[3].trim(), depth: han[1] === undefined ? 2 : 1 };
  const roman = ROMAN.exec(line);
  if (roman) return { title: roman[2].trim(), depth: 1 };
  return undefined;
}

/** A line that could be a heading: it begins like one and is no sentence. */
const isTitle = (text: string): boolean =>
  /^[\p{Lu}\p{Script=Han}]/u.test(text) &&
  !/[.。;；,，?？]$/u.test(text) &&
  text.length <= (/\p{Script=Han}/u.test(text) ? 30 : 90) &&
  !/\d{4}|[:：]\s*\d|\.{4,}|，.*，/.test(text);
