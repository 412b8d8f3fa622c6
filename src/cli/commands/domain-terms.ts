/** `inkstone domain terms FILE --kit KIT`: the terms of a text with what they mean; and those that a translation says otherwise. */

import { type KitTerm, readKit, termAgreement, type UsedTerm, usedTerms } from '../../apps/index.ts';
import { nextTurn } from '../../decode/index.ts';
import { openSource } from '../../io/index.ts';
import { defineMessages, language } from '../../language.ts';
import { failDomain } from '../domain-errors.ts';
import { readKitFiles } from '../kits.ts';
import { inOneLine } from '../shown-text.ts';
import { readTextFile } from '../text-file.ts';
import { type DomainContext, kitOf } from './domain.ts';

const say = defineMessages({
  none: { en: () => 'no term of the kit stands in the text', zh: () => '文中没有该领域包的术语' },
  agreement: {
    en: (d: { kept: number; terms: number }) =>
      `of ${d.terms} terms in lines, ${d.kept} are said in the kit's words`,
    zh: (d) => `逐行计 ${d.terms} 个术语，其中 ${d.kept} 个按领域包用语译出`,
  },
  missing: {
    en: (d: { line: number; name: string; wanted: string }) => `line ${d.line}: ${d.name} → ${d.wanted}`,
    zh: (d) => `第 ${d.line} 行：${d.name} → ${d.wanted}`,
  },
  inside: {
    en: (d: { inside: number; all: number; kit: string }) =>
      `${d.kit}: ${d.inside} of ${d.all} texts are of this field`,
    zh: (d) => `${d.kit}：${d.all} 篇文本中有 ${d.inside} 篇属于该领域`,
  },
});

/** Lines that did not agree, shown. */
const MOST_SHOWN = 50;

export async function terms(context: DomainContext): Promise<void> {
  const { args, options, terminal, signal } = context;
  const readers = (await readKitFiles(kitOf(context))).map(readKit);
  if (options.translation !== undefined) {
    await compare(context, readers);
    return;
  }
  const source = await openSource(args[1], { signal });
  const found = readers.map(() => new Map<KitTerm, Tally>());
  const inside = readers.map(() => 0);
  let texts = 0;
  for await (const { text } of source.documents({ signal })) {
    texts++;
    const isInside = readers.map(() => false);
    for (const [from, piece] of piecesOf(text)) {
      for (const [i, reader] of readers.entries()) {
        for (const one of usedTerms(reader.terms(piece))) add(found[i], one, texts === 1 ? from : undefined);
        isInside[i] ||= reader.isInside(piece);
      }
      await nextTurn();
      signal.throwIfAborted();
    }
    for (const [i, is] of isInside.entries()) inside[i] += Number(is);
  }
  const lang = language();
  const other = lang === 'zh' ? 'en' : 'zh';
  for (const [i, { kit }] of readers.entries()) {
    const used = [...found[i]].sort(([, a], [, b]) => b.count - a.count);
    for (const [term, { names: said, count, places }] of used) {
      const { en, zh, means } = term;
      const names = [...said];
      // Places are told where there is one text that they are of.
      const where = texts === 1 && { places };
      terminal.json({ type: 'term', kit: kit.name, names, count, en, zh, means, ...where });
      const head = `${names.map(inOneLine).join(', ')} (${term[other][0]}) ×${count}`;
      terminal.print(`${head}: ${inOneLine(means[lang])}`);
    }
    if (used.length === 0) terminal.print(say('none', {}));
    terminal.json({ type: 'field', kit: kit.name, texts, inside: inside[i] });
    terminal.print(say('inside', { kit: kit.title[lang], inside: inside[i], all: texts }));
  }
}

/** Of all texts. */
interface Tally {
  readonly names: Set<string>;
  count: number;
  readonly places: [start: number, end: number][];
}

/** `from`: where the piece begins in the text; undefined where places are not kept. */
function add(
  tallies: Map<KitTerm, Tally>,
  { term, names, places }: UsedTerm,
  from: number | undefined,
): void {
  const tally = tallies.get(term) ?? { names: new Set(), count: 0, places: [] };
  tallies.set(term, tally);
  for (const name of names) tally.names.add(name);
  tally.count += places.length;
  if (from === undefined) return;
  for (const [start, end] of places) tally.places.push([from + start, from + end]);
}

/** Characters that are read at a time, up to the end of a line where there is one. */
const PIECE = 100_000;

function* piecesOf(text: string): Generator<[from: number, piece: string]> {
  for (let from = 0; from < text.length; ) {
    const line = text.length - from > PIECE ? text.lastIndexOf('\n', from + PIECE) : -1;
    const end = line > from ? line + 1 : from + PIECE;
    yield [from, text.slice(from, end)];
    from = end;
  }
}

async function compare(
  { args, options, terminal }: DomainContext,
  readers: ReturnType<typeof readKit>[],
): Promise<void> {
  const linesOf = async (path: string) => (await readTextFile(path)).replace(/\r?\n$/, '').split(/\r?\n/);
  const [source, translation] = [await linesOf(args[1]), await linesOf(options.translation!)];
  if (source.length !== translation.length) {
    throw failDomain('cli/kit-lines', { source: source.length, translation: translation.length });
  }
  for (const reader of readers) {
    const isChinese = /\p{Script=Han}/u.test(translation.join('').slice(0, 10_000));
    const { terms: all, kept, missing } = termAgreement(reader, source, translation, isChinese ? 'zh' : 'en');
    terminal.json({ type: 'agreement', kit: reader.kit.name, terms: all, kept, missing });
    terminal.print(say('agreement', { terms: all, kept }));
    for (const { line, name, wanted } of missing.slice(0, MOST_SHOWN)) {
      terminal.print(say('missing', { line, name: inOneLine(name), wanted: wanted.join(' / ') }));
    }
  }
}
