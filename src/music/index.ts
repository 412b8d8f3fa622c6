/** Music in ABC notation: tunes that a model writes, checked by a parser, played, and held against those it learnt from. */

export { boundedText, type PlayedNote, parseTune, playedNotes, type Remark, tuneMidi } from './abc.ts';
export type { Bar, BarKind } from './bars.ts';
export { checkTune, type TuneCheck, type TuneProblem } from './check-tune.ts';
export { type KnownTunes, knownTunes, noteBars, repeatedBars } from './known-tunes.ts';
export { limits as tuneLimits } from './limits.ts';
export { measureTunes, type TuneFigures } from './measure-tunes.ts';
export { canKeepMetre, type FormInMetre, restGrammar, tuneGrammar } from './tune-grammar.ts';
export {
  finishTune,
  restPattern,
  type TuneDraft,
  type TuneForm,
  type TuneName,
  tunePattern,
  type WriteTunesOptions,
  type WrittenTune,
  writeTunes,
} from './write-tunes.ts';
