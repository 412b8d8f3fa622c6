/** `inkstone stats FILE…`: how much information a text holds, measured on the text as it stands. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ConditionalTable,
  conditionalTable,
  type NamedStatistics,
  type SymbolUnit,
  statisticsPlots,
  symbolsOf,
  textStatistics,
} from '../../eval/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages, language } from '../../language.ts';
import { plotPage, renderPlot } from '../../plots/index.ts';
import type { Tokenizer } from '../../types.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { statsOptions } from '../information-options.ts';
import { readSourceTexts } from '../source-texts.ts';
import { type StatisticsTables, shownSymbol, statisticsTables } from '../statistics-tables.ts';
import { formatTable } from '../terminal.ts';
import { readTokenizerAt } from '../tokenizers.ts';

type Context = CommandContext<typeof statsOptions>;

const say = defineMessages({
  reading: { en: (d: { file: string }) => `measuring ${d.file}`, zh: (d) => `正在度量 ${d.file}` },
  after: {
    en: (d: { given: string; places: number; p: string }) =>
      `what follows "${d.given}": ${d.places} places, P(given) = ${d.p}`,
    zh: (d) => `“${d.given}”之后：${d.places} 处，P(给定) = ${d.p}`,
  },
  before: {
    en: (d: { given: string; places: number; p: string }) =>
      `what stands before "${d.given}": ${d.places} places, P(given) = ${d.p}`,
    zh: (d) => `“${d.given}”之前：${d.places} 处，P(给定) = ${d.p}`,
  },
  symbol: { en: () => 'symbol', zh: () => '符号' },
  count: { en: () => 'count', zh: () => '次数' },
  never: {
    en: (d: { file: string; given: string }) =>
      `${d.file}: "${d.given}" does not occur with anything beside it`,
    zh: (d) => `${d.file}：“${d.given}”没有出现，或其旁没有别的符号`,
  },
  written: {
    en: (d: { folder: string }) => `plots and page: ${d.folder}/stats.html`,
    zh: (d) => `图与网页：${d.folder}/stats.html`,
  },
  title: { en: () => 'Information measures of text', zh: () => '文本的信息度量' },
});

export async function run(context: Context): Promise<void> {
  const { args: files, options, terminal, signal } = context;
  const { unit, given, out } = options;
  if (unit === 'token' && options.tokenizer === undefined) {
    throw fail('cli/missing-value', { command: 'stats --unit token', option: '--tokenizer' });
  }
  const tokenizer = unit === 'token' ? await readTokenizerAt(options.tokenizer!) : undefined;
  const all: NamedStatistics[] = [];
  for (const file of files) {
    const texts = await readSourceTexts(file, { signal, offline: options.offline });
    if (given !== undefined) {
      tellGiven(context, { file, texts, tokenizer, given });
      continue;
    }
    terminal.live(say('reading', { file }));
    const { order, distance, pairs, minCount, seed } = options;
    const measured = { unit: unit as SymbolUnit, tokenizer, order, distance, pairs, minCount, seed, signal };
    const statistics = await textStatistics(texts, measured);
    all.push({ name: file, statistics });
    terminal.endLive({ keep: false });
    terminal.json({ type: 'statistics', file, ...statistics });
    tellTables(context, file, statisticsTables(statistics));
  }
  if (out === undefined || all.length === 0) return;
  await writePlots(all, out);
  terminal.json({ type: 'written', out });
  terminal.print(say('written', { folder: out }));
}

function tellTables({ terminal }: Context, file: string, { tables, lines }: StatisticsTables): void {
  terminal.print(file);
  for (const line of lines) terminal.print(`  ${line}`);
  for (const table of tables) {
    terminal.print();
    for (const line of formatTable(table)) terminal.print(`  ${line}`);
  }
  terminal.print();
}

interface Given {
  readonly file: string;
  readonly texts: readonly string[];
  readonly tokenizer: Tokenizer | undefined;
  readonly given: string;
}

/** What stands beside the run, as tables of counts and probabilities. */
function tellGiven({ options, terminal }: Context, { file, texts, tokenizer, given }: Given): void {
  const { rows, names } = symbolsOf([...texts, given], options.unit as SymbolUnit, tokenizer);
  const run = rows.at(-1)!;
  if (run.length === 0) throw fail('cli/missing-value', { command: 'stats', option: '--given' });
  let found = 0;
  for (const side of ['after', 'before'] as const) {
    const table = conditionalTable(rows.slice(0, -1), run, side);
    if (table.places === 0) continue;
    found += table.places;
    const shown = { ...table, rows: table.rows.slice(0, options.pairs) };
    terminal.json({
      type: 'conditional',
      file,
      side,
      given,
      places: table.places,
      pGiven: table.given,
      kinds: table.rows.length,
      rows: shown.rows.map(({ symbol, ...rest }) => ({ symbol: names[symbol], ...rest })),
    });
    const place = { given: shownSymbol(given), places: table.places, p: table.given.toPrecision(3) };
    terminal.print(`${file}: ${say(side, place)}`);
    for (const line of formatTable(conditionalLines(shown, names, given))) terminal.print(`  ${line}`);
    terminal.print();
  }
  if (found === 0) terminal.print(say('never', { file, given: shownSymbol(given) }));
}

function conditionalLines(table: ConditionalTable, names: readonly string[], given: string): string[][] {
  const run = shownSymbol(given);
  return [
    [say('symbol', {}), say('count', {}), `P(x | ${run})`, 'P(x)', `P(${run} | x)`],
    ...table.rows.map(({ symbol, count, conditional, prior, posterior }) => [
      shownSymbol(names[symbol]),
      String(count),
      conditional.toFixed(4),
      prior.toFixed(5),
      posterior.toFixed(4),
    ]),
  ];
}

async function writePlots(all: readonly NamedStatistics[], folder: string): Promise<void> {
  const lang = language();
  const plots = statisticsPlots(all);
  await mkdir(folder, { recursive: true });
  for (const [name, plot] of Object.entries(plots)) {
    await writeFileAtomic(join(folder, `${name}.svg`), renderPlot(plot, { lang, standalone: true }));
  }
  const told = all.map(({ name, statistics }) => ({ name, ...statisticsTables(statistics) }));
  const [head] = told[0].tables[0];
  const rows = told.flatMap(({ name, tables }) => tables[0].slice(1).map((row) => [name, ...row]));
  const page = plotPage({
    title: say('title', {}),
    lines: told.flatMap(({ name, lines }) => lines.map((line) => `${name}: ${line}`)),
    plots: Object.values(plots),
    table: [['', ...head], ...rows],
    lang,
  });
  await writeFileAtomic(join(folder, 'stats.html'), page);
}
