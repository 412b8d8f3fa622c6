import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { InkstoneError } from '../errors.ts';
import type { TextDocument } from '../types.ts';
import { limits } from './limits.ts';
import { parseWikipedia } from './parse-wikipedia.ts';
import type { Found } from './parsers.ts';
import { openSource } from './sources.ts';
import { wikitextToText } from './wikitext.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 wiki-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Dumps packed by Python's bz2 (`test/golden/wiki-dump.py`). */
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/wiki-dump.json', import.meta.url), 'utf8'),
) as Record<string, string>;
const bytesOf = (name: string) => Buffer.from(golden[name], 'base64');
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

async function parse(name: string, content: string | Uint8Array): Promise<Found[]> {
  const found: Found[] = [];
  for await (const part of parseWikipedia(write(name, content))) if (part.kind !== 'beat') found.push(part);
  return found;
}

const errorOf = (work: Promise<unknown>): Promise<InkstoneError> =>
  work.then(
    () => expect.fail('it was read'),
    (error) => error as InkstoneError,
  );

const dump = (pages: string) => `<mediawiki version="0.11">${pages}</mediawiki>`;
const page = (text: string, more = '<ns>0</ns>') =>
  `<page><title>T</title>${more}<revision><text>${text}</text></revision></page>`;

const river = [
  'Rivers carry water from the hills to the sea. A small one is a brook.',
  'Course',
  'the upper course is steep,\nthe lower one is broad – and slow.',
  'Floods',
  'In spring the snow melts.',
];

describe('dumps of pages', () => {
  test.each(Object.keys(golden))('%s: articles as documents, the rest counted', async (name) => {
    const source = await openSource(write(name, bytesOf(name)));
    const documents: TextDocument[] = [];
    for await (const document of source.documents()) documents.push(document);
    expect(documents).toEqual([
      { title: 'River', text: river.join('\n\n'), source: name },
      { title: '河流', text: '河流是陆地上流动的水，从山里流到海里。源头在高处。', source: name },
    ]);
    expect(source.skipped).toEqual({ redirect: 1, namespace: 1 });
  });

  test.each(Object.keys(golden))('%s cut anywhere is an error', async (name) => {
    const whole = bytesOf(name);
    const end = whole.length - (name.endsWith('.xml') ? '\n'.length : 0);
    for (let length = 0; length < end; length += name.endsWith('.xml') ? 13 : 41) {
      const { code } = await errorOf(parse(name, whole.subarray(0, length)));
      expect([length, code]).toEqual([length, expect.stringMatching(/^io\/(format|utf8)$/)]);
    }
  });

  test('bzip2 with a changed byte is an error', async () => {
    const name = 'w-pages-articles.xml.bz2';
    const whole = bytesOf(name);
    for (let at = 0; at < whole.length; at += 37) {
      const bytes = Buffer.from(whole);
      bytes[at] ^= 0x04;
      const { code } = await errorOf(parse(name, bytes));
      expect([at, code]).toEqual([at, 'io/format']);
    }
  });

  test('in a folder only XML whose name says so is taken; the file itself always', async () => {
    write('pom.xml', '<project/>');
    const { files, passedOver } = await openSource(folder);
    expect(files.map(({ path }) => path)).toContain('w-pages-articles.xml.bz2');
    expect(passedOver).toContain('pom.xml');
    const other = await openSource(write('export.xml', dump(page('Own words.'))));
    for await (const { text } of other.documents()) expect(text).toBe('Own words.');
  });

  test('of several revisions the last is read; a text between elements is none', async () => {
    const two = '<revision><text>old</text></revision><revision><text>new</text></revision>';
    const found = await parse('a.xml', dump(`x<page><title>T</title><ns>0</ns>${two}y</page>`));
    expect(found[0]).toEqual({ kind: 'document', title: 'T', text: 'new' });
  });

  test.each([
    [
      'entities of its own',
      `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>${dump(page('&lol2;'))}`,
      /document type/,
    ],
    ['another root', '<html><page/></html>', /its root is <html>/],
    ['depth', `<mediawiki>${'<a>'.repeat(limits.xmlDepth)}`, /at most 32 levels, got 33/],
    ['an element that is not closed', `<mediawiki><page><title>a</page></mediawiki>`, /not closed/],
    ['something behind its end', `${dump('')}<mediawiki>`, /something follows/],
    [
      'an endless title',
      dump(`<page><title>${'a'.repeat(limits.wikiTitleCharacters + 1)}`),
      /title is too long/,
    ],
    ['no UTF-8', Buffer.from([0x3c, 0x6d, 0xff]), /not UTF-8 at byte 2/],
    ['nothing', '', /cut off, or empty/],
  ])('%s is an error', async (_, content, message) => {
    expect((await errorOf(parse('bad.xml', content))).message).toMatch(message);
  });

  test('an entity that is unknown stays as it is; a page that is too long is counted', async () => {
    const long = 'a'.repeat(limits.wikiPageCharacters + 1);
    const found = await parse('a.xml', dump(`${page(long)}${page('x &amp;lol9; &lol9; y')}`));
    expect(found).toEqual([
      { kind: 'document', title: 'T', text: 'x &lol9; &lol9; y' },
      { kind: 'skipped', skipped: { long: 1 } },
    ]);
  });
});

describe('wikitext', () => {
  test.each([
    ['[[a]]s, [[a|b]], [[:Category:c]], [[a#b|]]', 'as, b, Category:c,'],
    ['[[File:a.jpg|thumb|[[b]] c]]d', 'd'],
    ['[[分类:河流]][[fr:Rivière]]甲', '甲'],
    ['a {{b|{{c}}|[[d]]}} e', 'a  e'],
    ['{{nowrap|5 km}} and {{lang|fr|rivière}} and {{lang}}', '5 km and rivière and'],
    ['a {{b c', 'a b c'],
    ['a }} b ]] c', 'a  b  c'],
    ['{| x\n| [[a\n|}\nb', 'b'],
    ['{{a|}}b', 'b'],
    ['a {| b |} c', 'a {| b |} c'],
    ['-{T|zh:甲;zh-tw:乙}--{zh-hant:乙;zh-cn:甲}--{A|zh:丙;zh-tw:丁}--{戊}-', '甲丙戊'],
    ["'''''a''' b''", 'a b'],
    ["<nowiki>[[a]] {{b}} ''c'' <ref></nowiki>", "[[a]] {{b}} ''c'' <ref>"],
    ['a<ref>b</ref>c<ref name=d />e<ref>f', 'acef'],
    ['<!-- a --b --> c <!-- d', 'c  d'],
    ['1 < 2 and 3 > 2, a<br/>b', '1 < 2 and 3 > 2, a\nb'],
    ['<math>x{{y}}</math>z<gallery>\na.jpg|b\n</gallery>', 'z'],
    ['== a ==\n=== b ===\nc\n== d ==', 'a\n\nb\n\nc'],
    ['== a\n= =\n==\n===\n=a=\nb', '== a\n\na\n\nb'],
    ['* a\n** b\n# c\n: d\n----\ne', 'a\nb\nc\nd\n\ne'],
    ['[http://x.y label here] [http://x.y] [x]', 'label here  [x]'],
    ['__NOTOC__a&nbsp;b &#8211; &amp;lt; &bogus;', 'a b – &lt; &bogus;'],
    ['甲（{{lang-en|a}}，）乙', '甲乙'],
  ])('%j', (source, text) => {
    expect(wikitextToText(source)).toBe(text);
  });

  test('any text of its marks is read, and no mark of a bracket pair is left where pairs match', () => {
    const marks = ['{{', '}}', '[[', ']]', '{|', '|}', '-{', '}-', '<ref>', '</ref>', '<!--', '-->', "'''", '|', '\n', '==', 'a', '&#91;', '<nowiki>', '</nowiki>']; // biome-ignore format: one table
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...marks), { maxLength: 60 }), (parts) => {
        expect(typeof wikitextToText(parts.join(''))).toBe('string');
      }),
      { numRuns: 500 },
    );
    const nested = (depth: number) => `${'[[a|'.repeat(depth)}b${']]'.repeat(depth)}`;
    expect(wikitextToText(nested(30))).toBe('b');
  });

  test('time grows in proportion to the text, whatever it is made of', () => {
    const best = (text: string) =>
      Math.min(
        ...[1, 2, 3].map(() => {
          const started = process.cpuUsage().user;
          wikitextToText(text);
          return (process.cpuUsage().user - started) / 1000;
        }),
      );
    for (const unit of [
      'a',
      ' ',
      '{{',
      '[[',
      '}}',
      '{|\n',
      '<ref>',
      '<!--',
      '<a ',
      '= ',
      '=',
      "'",
      '-{',
      '[[a|b',
      '-{zh:a;',
      '(',
      '\n',
      '&#',
      '[http://',
    ]) {
      const [one, sixteen] = [best(unit.repeat(5_000)), best(unit.repeat(80_000))];
      // A quadratic rule would take 256 times as long.
      expect([unit, sixteen < 80 * Math.max(one, 4)]).toEqual([unit, true]);
    }
  });
});
