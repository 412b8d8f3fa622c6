/** `inkstone translate RUN --text … | --file FILE`: lines in, lines out. */

import { corpusBleu, corpusChrf } from '../../eval/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { sourcesOf } from '../pairs.ts';
import { readTextFile } from '../text-file.ts';
import type { translateOptions } from '../translate-options.ts';
import {
  checkLengths,
  LINES_AT_ONCE,
  readTranslator,
  type Translator,
  translateTexts,
} from '../translators.ts';

type Context = CommandContext<typeof translateOptions>;

const say = defineMessages({
  translating: { en: () => 'translating', zh: () => '翻译中' },
  scores: {
    en: (d: { bleu: string; chrf: string; lines: number }) =>
      `BLEU ${d.bleu}, chrF ${d.chrf} on ${d.lines} lines`,
    zh: (d) => `${d.lines} 行：BLEU ${d.bleu}，chrF ${d.chrf}`,
  },
  written: {
    en: (d: { out: string; lines: number }) => `${d.lines} lines written to ${d.out}`,
    zh: (d) => `${d.lines} 行已写入 ${d.out}`,
  },
});

export async function run(context: Context): Promise<void> {
  const { args, options, terminal } = context;
  const { file, text, out, references } = options;
  if ((text === undefined) === (file === undefined)) {
    if (text === undefined)
      throw fail('cli/missing-value', { command: 'translate', option: '--text | --file' });
    const reason = { reason: 'one of them is the source', zhReason: '源文本只能有一个' };
    throw fail('cli/conflict', { command: 'translate', options: ['--text', '--file'], ...reason });
  }
  const lines = linesOf(text ?? (await readTextFile(file!)));
  const right = references === undefined ? undefined : linesOf(await readTextFile(references));
  if (right && right.length !== lines.length) {
    throw fail('cli/references', { lines: lines.length, references: right.length });
  }
  const translator = await readTranslator(args[0]);
  const sources = sourcesOf(lines, options.task);
  checkLengths(translator, sources);
  const translated = await translateLines(context, translator, sources);
  if (out !== undefined) {
    await writeFileAtomic(out, `${translated.join('\n')}\n`);
    terminal.print(say('written', { out, lines: lines.length }));
  }
  if (right) tellScores(context, translated, right);
}

/** The last line break ends the last line. */
const linesOf = (text: string): string[] => text.replace(/\r?\n$/, '').split(/\r?\n/);

/** Several lines side by side, shown as they are done; an empty line stays empty. */
async function translateLines(
  { options, terminal, signal }: Context,
  translator: Translator,
  sources: readonly string[],
): Promise<string[]> {
  const { strategy, guard, maxTokens, seed } = options;
  const written: (string | undefined)[] = sources.map((source) => (source === '' ? '' : undefined));
  let shown = 0;
  const show = (): void => {
    for (; shown < written.length && written[shown] !== undefined; shown++) {
      const [source, text] = [sources[shown], written[shown]!];
      terminal.json({ type: 'translation', line: shown + 1, source, text });
      if (options.out === undefined) terminal.print(text);
    }
  };
  const bar =
    sources.length > LINES_AT_ONCE ? terminal.bar(say('translating', {}), sources.length) : undefined;
  try {
    const waiting = [...sources.keys()].filter((i) => written[i] === undefined);
    for (let from = 0; from < waiting.length; from += LINES_AT_ONCE) {
      const places = waiting.slice(from, from + LINES_AT_ONCE);
      const some = places.map((place) => sources[place]);
      const texts = await translateTexts(translator, some, { strategy, guard, maxTokens, seed, signal });
      signal.throwIfAborted();
      for (const [i, place] of places.entries()) written[place] = texts[i];
      show();
      bar?.update(from + places.length);
    }
  } finally {
    bar?.stop();
  }
  show();
  return written as string[];
}

function tellScores({ terminal }: Context, translated: readonly string[], right: readonly string[]): void {
  const each = right.map((line) => [line]);
  const isChinese = /\p{Script=Han}/u.test(right.join(''));
  const { score: bleu } = corpusBleu(translated, each, { tokenizer: isChinese ? 'zh' : '13a' });
  const chrf = corpusChrf(translated, each);
  terminal.json({ type: 'scores', bleu, chrf, lines: right.length });
  terminal.print(say('scores', { bleu: bleu.toFixed(2), chrf: chrf.toFixed(2), lines: right.length }));
}
