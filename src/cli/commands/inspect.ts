/** `inkstone inspect RUN --text …`: looks inside a trained model, as a table, a page, a plot or data. */

import { inspect, inspectPlots, inspectTables, shownPiece } from '../../eval/index.ts';
import { defineMessages } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { inspectOptions } from '../inspect-options.ts';
import { loadModel, type OpenedModel } from '../models.ts';
import { formatTable, truncate } from '../terminal.ts';
import { checkViewFile, inLanguage, type View, writeView } from '../view-files.ts';
import { weightSpectra } from '../weight-spectra.ts';

const say = defineMessages({
  perplexity: {
    en: (d: { tokens: number; perplexity: number }) =>
      `${d.tokens} tokens, perplexity ${d.perplexity.toFixed(2)}`,
    zh: (d) => `${d.tokens} 个词元，困惑度 ${d.perplexity.toFixed(2)}`,
  },
  loop: {
    en: (d: { onset: number; period: number; copies: number }) =>
      `it ends in a loop: from place ${d.onset}, ${d.period} tokens, ${d.copies} times`,
    zh: (d) => `文本以循环结束：从位置 ${d.onset} 起，每 ${d.period} 个词元一遍，共 ${d.copies} 遍`,
  },
  why: {
    en: (d: { a: string; b: string; difference: number }) =>
      `${d.a} rather than ${d.b}: difference of logits ${d.difference.toFixed(3)}; each token's weight is what it adds`,
    zh: (d) => `${d.a} 而非 ${d.b}：logit 之差 ${d.difference.toFixed(3)}；权重即各词元的贡献`,
  },
  map: {
    en: (d: { tokens: number; x: string; y: string }) =>
      `${d.tokens} tokens; the plane holds ${d.x} % + ${d.y} % of the variance`,
    zh: (d) => `${d.tokens} 个词元；平面保留方差的 ${d.x} % + ${d.y} %`,
  },
});

type Context = CommandContext<typeof inspectOptions>;

interface Look {
  readonly run: OpenedModel;
  /** The text, after the token that begins every text: the first `keep` ids. */
  readonly ids: readonly number[];
  readonly keep: number;
  readonly options: Context['options'];
  readonly signal: AbortSignal;
}

export async function run({ args, options, terminal, signal }: Context): Promise<void> {
  const { what, text, out } = options;
  if (text === undefined && what !== 'map' && what !== 'spectra') {
    throw fail('cli/missing-value', { command: 'inspect', option: '--text' });
  }
  checkViewFile('inspect', out);
  const view =
    what === 'spectra'
      ? await weightSpectra(args[0], { terminal, signal })
      : await viewOfText(what, args[0], { options, signal });
  terminal.json({ type: 'inspect', what, answer: view.answer });
  const { columns, rows } = view.table;
  const cells = rows.map((row) => row.map((cell) => truncate(String(cell), 80)));
  for (const line of formatTable([columns.map(inLanguage), ...cells])) terminal.print(line);
  for (const line of view.lines) terminal.print(line);
  if (out !== undefined) await writeView(terminal, out, view, args[0]);
}

type OfText = Exclude<Context['options']['what'], 'spectra'>;

async function viewOfText(
  what: OfText,
  path: string,
  { options, signal }: Pick<Context, 'options' | 'signal'>,
): Promise<View> {
  const saved = await loadModel(path);
  const ids = [...saved.prefixIds, ...saved.tokenizer.encode(options.text ?? '')];
  return views[what]({ run: saved, ids, keep: saved.prefixIds.length, options, signal });
}

const views: Readonly<Record<OfText, (look: Look) => Promise<View>>> = {
  async tokens({ run: { model, tokenizer }, ids, options: { top }, signal }) {
    const answer = await inspect({ model, tokenizer, signal }, { what: 'tokens', ids, top });
    const { tokens, perplexity, loop } = answer;
    return {
      answer,
      table: inspectTables.tokens(answer),
      plot: inspectPlots.tokens(answer),
      lines: [
        ...(perplexity === undefined ? [] : [say('perplexity', { tokens: tokens.length, perplexity })]),
        ...(loop ? [say('loop', loop)] : []),
      ],
    };
  },
  async attention({ run: { model, tokenizer }, ids, options: { layer, head }, signal }) {
    const subject = { model, tokenizer, signal };
    const maps = await inspect(subject, { what: 'attention', ids });
    const table = inspectTables.attention(maps);
    if (layer === undefined || head === undefined) return { answer: maps, table, lines: [] };
    const answer = await inspect(subject, { what: 'head', ids, layer, head });
    return { answer, table, plot: inspectPlots.head(answer, { layer, head }), lines: [] };
  },
  async lens({ run: { model, tokenizer }, ids, options: { top }, signal }) {
    const answer = await inspect({ model, tokenizer, signal }, { what: 'lens', ids, top });
    return { answer, table: inspectTables.lens(answer), plot: inspectPlots.lens(answer), lines: [] };
  },
  async experts({ run: { model, tokenizer }, ids, signal }) {
    const answer = await inspect({ model, tokenizer, signal }, { what: 'experts', ids });
    return { answer, table: inspectTables.experts(answer), plot: inspectPlots.experts(answer), lines: [] };
  },
  async why({ run: { model, tokenizer }, ids, keep, options, signal }) {
    const subject = { model, tokenizer, signal };
    const { next } = await inspect(subject, { what: 'tokens', ids, top: 2 });
    const idOf = (option: 'this' | 'that', byDefault: number): number => {
      const text = options[option];
      if (text === undefined) return byDefault;
      const given = tokenizer.encode(text);
      if (given.length !== 1) throw fail('cli/inspect-token', { option, text, tokens: given.length });
      return given[0];
    };
    const [a, b] = [idOf('this', next.top[0].id), idOf('that', next.top[1].id)];
    const answer = await inspect(subject, { what: 'why', ids, a, b, keep });
    const { difference } = answer;
    return {
      answer,
      table: inspectTables.why(answer),
      plot: inspectPlots.why(answer),
      lines: [say('why', { a: shownPiece(answer.a), b: shownPiece(answer.b), difference })],
    };
  },
  async map({ run: { model, tokenizer }, ids, keep, options: { text }, signal }) {
    const chosen = text === undefined ? undefined : ids.slice(keep);
    const answer = await inspect({ model, tokenizer, signal }, { what: 'map', ids: chosen });
    const [x, y] = answer.explained.map((share) => (100 * share).toFixed(1));
    return {
      answer,
      table: inspectTables.map(answer),
      plot: inspectPlots.map(answer),
      lines: [say('map', { tokens: answer.dots.length, x, y })],
    };
  },
};
