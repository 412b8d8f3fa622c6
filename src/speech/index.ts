/** Speech in and out: sound to text with times, text to sound, by programs of this machine or by endpoints. */

export { encodeSound, soundFormats, soundOfBytes, writableFormats } from '../io/index.ts';
export {
  findListener,
  findSpeaker,
  listenerNames,
  localListener,
  localSpeaker,
  remoteListener,
  remoteSpeaker,
  speakerNames,
} from './engines.ts';
export { espeakSpeaker } from './espeak.ts';
export { type ListenOptions, type ListenPart, listenTo, listenWhole } from './listen.ts';
export { pocketsphinxListener } from './pocketsphinx.ts';
export {
  joinSounds,
  rawSound,
  type SpeakOptions,
  type SpokenPart,
  speakSentences,
  speakWhole,
} from './speak.ts';
export { toSrt, toVtt } from './subtitles.ts';
export { whisperListener } from './whisper.ts';
