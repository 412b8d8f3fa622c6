/** Music in ABC notation: tunes that a model writes, checked by a parser, played, and held against those it learnt from. */

export { parseTune, type Remark, tuneMidi } from './abc.ts';
export type { Bar, BarKind } from './bars.ts';
export { checkTune, type TuneCheck, type TuneProblem } from './check-tune.ts';
export { type KnownTunes, knownTunes, noteBars, repeatedBars } from './known-tunes.ts';
export { limits as tuneLimits } from './limits.ts';
export { measureTunes, type TuneFigures } from './measure-tunes.ts';
export {
  finishTune,
  type TuneDraft,
  type TuneForm,
  type TuneName,
  tunePattern,
  type WriteTunesOptions,
  type WrittenTune,
  writeTunes,
} from './write-tunes.ts';
