/** Who listens and who speaks for the clients of a server, so many at a time. */

import type { Listener, Speaker } from '../../types.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';

/** Either may be missing: its route says so. */
export interface SpeechPort {
  readonly listener?: Listener | undefined;
  readonly speaker?: Speaker | undefined;
}

export interface SpeechDesk {
  /** The listener, while one may listen. @throws `serve/no-listener`, `serve/busy` */
  withListener<Result>(work: (listener: Listener) => Promise<Result>): Promise<Result>;
  /** The speaker; `leave` must be called at the end. @throws `serve/no-speaker`, `serve/busy` */
  takeSpeaker(): { readonly speaker: Speaker; readonly leave: () => void };
}

export function createSpeechDesk({ listener, speaker }: SpeechPort): SpeechDesk {
  let [listening, speaking] = [0, 0];
  const busy = () => fail('serve/busy', { seconds: limits.retrySeconds });
  return {
    async withListener(work) {
      if (!listener) throw fail('serve/no-listener', undefined);
      if (listening >= limits.listenings) throw busy();
      listening++;
      try {
        return await work(listener);
      } finally {
        listening--;
      }
    },
    takeSpeaker() {
      if (!speaker) throw fail('serve/no-speaker', undefined);
      if (speaking >= limits.speakings) throw busy();
      speaking++;
      let isOver = false;
      const leave = (): void => {
        if (!isOver) speaking--;
        isOver = true;
      };
      return { speaker, leave };
    },
  };
}

/** Names by which OpenAI's clients ask for whoever listens and speaks. */
const ANYONE = /^(?:whisper|tts|gpt-4o(?:-mini)?-(?:transcribe|tts))(?:-|$)/;

/** @throws `serve/model` for a name that is neither the engine's nor one of OpenAI's */
export function checkEngine(model: string | null | undefined, { id }: { readonly id: string }): void {
  if (model == null || model === id || ANYONE.test(model)) return;
  throw fail('serve/model', { model, known: [id] });
}

/** What a page may know of it. */
export const describeSpeech = ({ listener, speaker }: SpeechPort): object => {
  const describe = (engine: Listener | Speaker | undefined) =>
    engine ? { id: engine.id, ...(engine.host !== undefined && { host: engine.host }) } : null;
  return { listener: describe(listener), speaker: describe(speaker) };
};
