/** `inkstone music write | check | measure`: tunes in ABC notation. */

import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openSource, splitTunebook, tuneToLearn, writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { checkTune, type WrittenTune, writeTunes } from '../../music/index.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { failMusic } from '../music-errors.ts';
import { formOf, type MusicContext, openComposer } from '../music-parts.ts';
import { describeProblem, describeRefusal } from '../music-text.ts';
import { withoutControls } from '../shown-text.ts';
import { etaSince } from '../terminal.ts';
import { actionOf } from '../verbs.ts';
import { measure } from './music-measure.ts';

const say = defineMessages({
  refused: {
    en: (d: { count: number; reason: string }) =>
      `${d.count} drafts did not pass and were left out; the first: ${d.reason}`,
    zh: (d) => `${d.count} 份草稿未通过检查，已舍弃；第一份：${d.reason}`,
  },
  written: {
    en: (d: { out: string; tunes: number }) => `${d.tunes} tunes (.abc, .mid) in ${d.out}`,
    zh: (d) => `${d.out} 中有 ${d.tunes} 首曲子（.abc、.mid）`,
  },
  fewer: {
    en: (d: { tunes: number; wanted: number; tries: number }) =>
      `only ${d.tunes} of ${d.wanted} tunes passed within ${d.tries} tries each; train longer, or give --metre with --in-metre, --tries, --temperature 0.7`,
    zh: (d) =>
      `每首至多 ${d.tries} 次，${d.wanted} 首中仅 ${d.tunes} 首通过；请延长训练，或给出 --metre 与 --in-metre、--tries、--temperature 0.7`,
  },
  stopped: {
    en: (d: { tunes: number; wanted: number; command: string }) =>
      `stopped: ${d.tunes} of ${d.wanted} tunes had passed; from the beginning: ${d.command}`,
    zh: (d) => `已停止：${d.wanted} 首中已有 ${d.tunes} 首通过；从头再来：${d.command}`,
  },
  checking: {
    en: (d: { done: number; total: number; eta: string }) => `tunes ${d.done}/${d.total}, eta ${d.eta}`,
    zh: (d) => `曲子 ${d.done}/${d.total}，剩余 ${d.eta}`,
  },
  tune: {
    en: (d: { path: string; line: number; title: string; problem: string; more: number }) =>
      `${d.path}:${d.line} ${d.title}: ${d.problem}${d.more > 0 ? ` (and ${d.more} more)` : ''}`,
    zh: (d) => `${d.path}:${d.line} ${d.title}：${d.problem}${d.more > 0 ? `（另有 ${d.more} 处）` : ''}`,
  },
  moreTunes: {
    en: (d: { count: number }) => `… and ${d.count} more tunes`,
    zh: (d) => `……另有 ${d.count} 首`,
  },
  checked: {
    en: (d: { tunes: number; parse: number; fit: number; clean: number }) =>
      `${d.tunes} tunes: ${d.parse} parse without a remark, the bars of ${d.fit} fit, ${d.clean} have no problem`,
    zh: (d) => `${d.tunes} 首：${d.parse} 首解析无误，${d.fit} 首小节合拍，${d.clean} 首毫无问题`,
  },
  kept: {
    en: (d: { out: string; clean: number }) => `${d.out}: those ${d.clean}, numbered anew`,
    zh: (d) => `${d.out}：这 ${d.clean} 首，重新编号`,
  },
});

export async function run(context: MusicContext): Promise<number | undefined> {
  const action = actionOf('music', { write, check, measure }, context.args);
  return (await action(context, context.args[1])) ?? undefined;
}

const TUNES = 4;

async function write(context: MusicContext, path: string): Promise<number> {
  const { options, terminal, signal, again } = context;
  const { tunes: wanted = TUNES, tries, seed, out } = options;
  const composer = await openComposer(context, path, formOf('music write', options));
  const titleOf = (number: number): string => `Tune ${number}`;
  const order = { tunes: wanted, tries, seed, titleOf, signal };
  // What has passed when a Ctrl-C comes is kept as well.
  const { tunes, refused } = await writeTunes(composer.write, order);
  terminal.endLive({ keep: false });
  for (const tune of tunes) {
    terminal.json({ type: 'tune', text: tune.text, bars: tune.check.bars });
    terminal.print(withoutControls(tune.text));
  }
  if (out !== undefined && tunes.length > 0) await saveTunes(out, tunes);
  terminal.json({
    ...{ type: 'tunes', tunes: tunes.length, wanted, refused: refused.length },
    drafts: refused.map((tune) => ({
      text: tune.text,
      isEnded: tune.isEnded,
      problems: tune.check.problems,
    })),
  });
  if (refused.length > 0)
    terminal.print(say('refused', { count: refused.length, reason: describeRefusal(refused[0]) }));
  if (out !== undefined && tunes.length > 0) terminal.print(say('written', { out, tunes: tunes.length }));
  if (tunes.length === wanted) return 0;
  if (signal.aborted) {
    terminal.print(say('stopped', { tunes: tunes.length, wanted, command: again }));
    return INTERRUPTED;
  }
  terminal.print(say('fewer', { tunes: tunes.length, wanted, tries }));
  return 1;
}

async function saveTunes(out: string, tunes: readonly WrittenTune[]): Promise<void> {
  await mkdir(out, { recursive: true });
  for (const [index, { text, midi }] of tunes.entries()) {
    await writeFileAtomic(join(out, `tune-${index + 1}.abc`), text);
    await writeFileAtomic(join(out, `tune-${index + 1}.mid`), midi!);
  }
}

/** Tunes with problems that are named. */
const NAMED = 20;
/** After so long a Ctrl-C is heard: most tunes take a millisecond, a hostile one seconds. */
const AT_ONCE_MS = 50;

async function check({ options, terminal, signal }: MusicContext, spec: string): Promise<number> {
  const { out, offline } = options;
  const source = await openSource(spec, { signal, offline, filter: (path) => /\.abc$/i.test(path) });
  const tunes: (ReturnType<typeof splitTunebook>[number] & { readonly path: string })[] = [];
  for (const file of source.files)
    for (const tune of splitTunebook(await file.text())) tunes.push({ ...tune, path: file.path });
  if (tunes.length === 0) throw failMusic('cli/no-tunes', { command: 'music check', source: spec });
  const start = performance.now();
  const clean: string[] = [];
  let [parse, fit, named] = [0, 0, 0];
  let heard = Number.NEGATIVE_INFINITY;
  for (const [index, { text, title = '', line, path }] of tunes.entries()) {
    if (performance.now() - heard > AT_ONCE_MS) {
      const done = { done: index, total: tunes.length, eta: etaSince(start, index / tunes.length) };
      terminal.live(say('checking', done));
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      heard = performance.now();
    }
    const { parses, fits, problems, bars } = checkTune(text);
    if (parses) parse++;
    if (fits) fit++;
    if (parses && fits && !('broken' in tuneToLearn(text))) clean.push(text);
    terminal.json({ type: 'tune', path, line, title, parses, fits, bars, problems });
    if (problems.length === 0 || ++named > NAMED) continue;
    const words = { path, line, title, problem: describeProblem(problems[0]) };
    terminal.print(withoutControls(say('tune', { ...words, more: problems.length - 1 })));
  }
  terminal.endLive({ keep: false });
  if (named > NAMED) terminal.print(say('moreTunes', { count: named - NAMED }));
  if (out !== undefined) {
    await mkdir(dirname(out), { recursive: true });
    const numbered = clean.map((text, index) => text.replace(/^X:.*/, `X:${index + 1}`));
    await writeFileAtomic(out, numbered.join('\n'));
  }
  const counts = { tunes: tunes.length, parse, fit, clean: clean.length };
  terminal.json({ type: 'checked', ...counts });
  terminal.print(say('checked', counts));
  if (out !== undefined) terminal.print(say('kept', { out, clean: clean.length }));
  return clean.length === tunes.length ? 0 : 1;
}
