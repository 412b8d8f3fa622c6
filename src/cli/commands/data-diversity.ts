/** `inkstone data diversity SOURCE`: how diverse a corpus is, by source, language, style and words. */

import { corpusDiversity, type DiversityRow } from '../../eval/index.ts';
import { defineMessages } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import type { LoadedCorpus } from '../corpus.ts';
import type { dataOptions } from '../corpus-options.ts';
import { compactNumber, formatTable, truncate } from '../terminal.ts';

const say = defineMessages({
  languages: {
    en: (d: { languages: string; documents: number }) =>
      `languages of ${d.documents} documents: ${d.languages}`,
    zh: (d) => `${d.documents} 篇文本的语言：${d.languages}`,
  },
  source: { en: () => 'source', zh: () => '来源' },
  documents: { en: () => 'documents', zh: () => '篇数' },
  characters: { en: () => 'characters', zh: () => '字符' },
  sentence: { en: () => 'words/sentence', zh: () => '每句词数' },
  shortLined: { en: () => 'short lines, %', zh: () => '短行体 %' },
  sampled: { en: () => 'sampled words', zh: () => '抽样词数' },
  distinct: { en: () => 'distinct-2', zh: () => 'distinct-2（不同二元组）' },
  mattr: { en: () => 'MATTR', zh: () => 'MATTR（滑动型次比）' },
  entropy: { en: () => 'bits/word', zh: () => '每词比特' },
  selfBleu: { en: () => 'self-BLEU-4', zh: () => 'self-BLEU-4（自相似）' },
  whole: { en: () => 'all', zh: () => '全部' },
  note: {
    en: () =>
      'distinct-2 and bits/word grow with the sample: compare rows of equally many sampled words; MATTR does not. Chinese counts by characters.',
    zh: () => 'distinct-2 与每词比特随抽样多少而变，只宜比较抽样词数相同的行；MATTR 不受影响。中文按字计。',
  },
});

const MOST_LANGUAGES = 8;
const columns = [
  'source', 'documents', 'characters', 'sentence', 'shortLined', 'sampled', 'distinct', 'mattr', 'entropy', 'selfBleu',
] as const; // biome-ignore format: one table

export async function diversity(
  { options, terminal, signal }: CommandContext<typeof dataOptions>,
  { documents }: LoadedCorpus,
): Promise<void> {
  const report = await corpusDiversity(documents, { seed: options.seed, signal });
  terminal.json({ type: 'diversity', seed: options.seed, ...report });
  const languages = report.languages
    .slice(0, MOST_LANGUAGES)
    .map(({ language, documents: count }) => `${language} ${count}`)
    .join(', ');
  terminal.print(say('languages', { languages, documents: documents.length }));
  const rows = [{ source: say('whole', {}), ...report.whole }, ...report.sources];
  const head = columns.map((name) => say(name, {}));
  for (const line of formatTable([head, ...rows.map(cellsOf)])) terminal.print(line);
  terminal.print(say('note', {}));
}

const NAME_WIDTH = 30;

function cellsOf(row: DiversityRow & { readonly source: string }): string[] {
  const { source, documents, characters, sentenceWords, sentenceSpread, shortLined, sampledWords } = row;
  const { distinct, mattr, entropy, selfBleu } = row;
  return [
    truncate(source, NAME_WIDTH),
    String(documents),
    compactNumber(characters),
    `${sentenceWords.toFixed(1)} ± ${sentenceSpread.toFixed(1)}`,
    (100 * shortLined).toFixed(1),
    compactNumber(sampledWords),
    distinct[1].toFixed(3),
    mattr?.toFixed(3) ?? '–',
    entropy.toFixed(2),
    selfBleu?.toFixed(3) ?? '–',
  ];
}
