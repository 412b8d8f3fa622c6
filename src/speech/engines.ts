/** Who speaks and who listens: programs of this machine, or endpoints. */

import { encodeWav, findProgram, soundOfBytes } from '../io/index.ts';
import { createRemoteAudio, type RemoteModelOptions } from '../remote/index.ts';
import type { Listener, Speaker } from '../types.ts';
import { checkSpeed } from './check-speed.ts';
import { fail } from './errors.ts';
import { espeakSpeaker } from './espeak.ts';
import { limits } from './limits.ts';
import { pocketsphinxListener } from './pocketsphinx.ts';
import { whisperListener } from './whisper.ts';

/** Names of programs that speak and that listen here. */
export const speakerNames = ['espeak-ng'] as const;
export const listenerNames = ['whisper-cli', 'pocketsphinx'] as const;

/** What each listener may be installed as. */
const POCKETSPHINX = ['pocketsphinx', 'pocketsphinx_continuous'];

const programs = new Map([
  ['whisper-cli', ['whisper-cli']],
  ['pocketsphinx', POCKETSPHINX],
]);

/** The program that speaks on this machine; undefined where none is installed. */
export function findSpeaker(): Speaker | undefined {
  const program = findProgram('espeak-ng');
  return program === undefined ? undefined : espeakSpeaker(program);
}

/** The program that listens on this machine: whisper.cpp where its model is named, else PocketSphinx. */
export function findListener(
  model: string | undefined = process.env.INKSTONE_WHISPER_MODEL,
): Listener | undefined {
  const whisper = model ? findProgram('whisper-cli') : undefined;
  if (whisper !== undefined) return whisperListener(whisper, model);
  const sphinx = findProgram(...POCKETSPHINX);
  return sphinx === undefined ? undefined : pocketsphinxListener(sphinx);
}

/** A speaker by its name, or the one that there is. @throws `speech/needs-speaker`, `speech/engine` */
export function localSpeaker(name?: string): Speaker {
  if (name !== undefined && name !== 'espeak-ng') {
    throw fail('speech/engine', { what: 'speaker', got: name, known: speakerNames });
  }
  const found = findSpeaker();
  if (!found) throw fail('speech/needs-speaker', undefined);
  return found;
}

/**
 * A listener by its name (`whisper-cli:FILE` with its model), or the one that there is.
 * @throws `speech/needs-listener`, `speech/needs-program`, `speech/needs-model`, `speech/engine`
 */
export function localListener(name?: string): Listener {
  if (name === undefined) {
    const found = findListener();
    if (!found) throw fail('speech/needs-listener', undefined);
    return found;
  }
  const [, engine, file] = /^([a-z-]+)(?::(.+))?$/.exec(name) ?? [];
  const names = programs.get(engine);
  if (!names || (file !== undefined && engine !== 'whisper-cli')) {
    throw fail('speech/engine', { what: 'listener', got: name, known: ['whisper-cli:FILE', 'pocketsphinx'] });
  }
  const program = findProgram(...names);
  if (program === undefined) throw fail('speech/needs-program', { engine });
  if (engine === 'pocketsphinx') return pocketsphinxListener(program);
  return whisperListener(program, file ?? process.env.INKSTONE_WHISPER_MODEL);
}

/** A speaker behind an endpoint. */
export function remoteSpeaker(options: RemoteModelOptions): Speaker {
  const audio = createRemoteAudio(options);
  return {
    id: options.model,
    host: audio.host,
    async speak(text, { voice, speed, signal } = {}) {
      if (speed !== undefined) checkSpeed(speed);
      const bytes = await audio.speak(text, { voice, speed, signal });
      return soundOfBytes(bytes, { name: audio.host, mostSeconds: limits.spokenSeconds, signal });
    },
  };
}

/** A listener behind an endpoint. */
export function remoteListener(options: RemoteModelOptions): Listener {
  const audio = createRemoteAudio(options);
  return {
    id: options.model,
    host: audio.host,
    listen: (sound, how = {}) =>
      audio.transcribe(encodeWav(sound), { ...how, seconds: sound.samples.length / sound.sampleRate }),
  };
}
