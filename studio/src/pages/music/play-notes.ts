/** Plays notes with the browser's own sound: one soft voice for each note, nothing is fetched. */

import type { PlayedNote } from '../../../../src/music/index.ts';

/** Of a voice: the loudest of them together must not clip. */
const LOUDNESS = 0.25;
const ATTACK_SECONDS = 0.01;
const RELEASE_SECONDS = 0.06;

/** Begins to play; the function that is given ends it. `onEnd` is called once, however it ends. */
export function playNotes(notes: readonly PlayedNote[], onEnd: () => void): () => void {
  const context = new AudioContext();
  const begin = context.currentTime + 0.1;
  let last = 0;
  for (const { pitch, startSeconds, seconds, loudness } of notes) {
    const voice = context.createOscillator();
    const gain = context.createGain();
    const at = begin + startSeconds;
    const end = at + seconds;
    voice.type = 'triangle';
    // Equal temperament: A above the middle C is 69, and 440 Hz.
    voice.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(LOUDNESS * loudness, at + ATTACK_SECONDS);
    gain.gain.setTargetAtTime(0, Math.max(at + ATTACK_SECONDS, end - RELEASE_SECONDS), RELEASE_SECONDS / 3);
    voice.connect(gain).connect(context.destination);
    voice.start(at);
    voice.stop(end + RELEASE_SECONDS);
    last = Math.max(last, startSeconds + seconds);
  }
  let isOver = false;
  const stop = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    void context.close();
    onEnd();
  };
  const timer = setTimeout(stop, 1000 * (last + 0.3));
  return stop;
}
