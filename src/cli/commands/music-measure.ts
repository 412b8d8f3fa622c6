/** `inkstone music measure RUN`: tunes as they come, beside tunes that the model has not seen. */

import { tuneToLearn } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { finishTune, knownTunes, measureTunes, type TuneDraft, type TuneFigures } from '../../music/index.ts';
import { failMusic } from '../music-errors.ts';
import { formOf, type MusicContext, openComposer } from '../music-parts.ts';
import { textsOfRun } from '../run-texts.ts';
import { formatTable } from '../terminal.ts';

const say = defineMessages({
  head: {
    en: () =>
      'tunes|n|ended|parse|play|bars fit|all of it|single bars that fit|bars it had before|copies|longest known run',
    zh: () => '曲子|首|写完|可解析|可演奏|小节合拍|全部满足|合拍的小节|重复的小节|抄袭|最长已知片段',
  },
  written: { en: () => 'written', zh: () => '所写' },
  heldOut: { en: () => 'held out', zh: () => '留出' },
  known: {
    en: (d: { tunes: number }) =>
      `copies and known runs: bar for bar against ${d.tunes} tunes it learnt from, in the same key`,
    zh: (d) => `抄袭与已知片段：与所学的 ${d.tunes} 首曲子逐小节、同调比对`,
  },
});

const TUNES = 50;

export async function measure(context: MusicContext, path: string): Promise<void> {
  const { options, terminal, signal } = context;
  const { tunes: count = TUNES, seed, data, offline } = options;
  const { opened, write } = await openComposer(context, path, formOf('music measure', options));
  const texts = await textsOfRun(opened, { terminal, signal, offline, data });
  const areTunes = (all: readonly string[]) => all.filter((text) => !('broken' in tuneToLearn(text)));
  // Other tunes are all held against; of its own data those that it learnt from.
  const known = areTunes(texts.training ?? texts.heldOut);
  if (known.length === 0) throw failMusic('cli/no-learnt-tunes', { source: texts.name });
  const finish = (drafts: readonly TuneDraft[]) =>
    drafts.map((draft, index) => finishTune(draft, { number: index + 1, title: `Tune ${index + 1}` }));
  const compared = knownTunes(known);
  const drafts = await write(count, seed);
  signal.throwIfAborted();
  const written = finish(drafts);
  terminal.endLive({ keep: false });
  const heldOut = texts.training ? areTunes(texts.heldOut).slice(0, count) : [];
  const rows: [string, TuneFigures][] = [['written', measureTunes(written, compared)]];
  if (heldOut.length > 0) {
    const drafts = heldOut.map((text) => ({ text, reason: 'eos' as const }));
    rows.push(['heldOut', measureTunes(finish(drafts), compared)]);
  }
  for (const [of, figures] of rows) terminal.json({ type: 'tunes', of, known: known.length, ...figures });
  const table = rows.map(([of, figures]) => [say(of as 'written' | 'heldOut', {}), ...cellsOf(figures)]);
  for (const line of formatTable([say('head', {}).split('|'), ...table])) terminal.print(line);
  terminal.print(say('known', { tunes: known.length }));
}

function cellsOf({ tunes, ...shares }: TuneFigures): string[] {
  const { ended, parses, plays, fits, passes, barsThatFit, repeatedBars, copies, knownRun } = shares;
  const ordered = [ended, parses, plays, fits, passes, barsThatFit, repeatedBars, copies, knownRun];
  return [String(tunes), ...ordered.map((share) => `${(100 * share).toFixed(1)} %`)];
}
