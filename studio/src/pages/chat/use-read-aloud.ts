/** Messages read aloud: by the server's speaker, else by a voice of the browser. */

import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type SpokenSentence, spokenText } from '../../../../src/text/spoken.ts';
import { ask } from '../../api/client.ts';
import { speechQuery } from '../../api/queries.ts';
import { useWords } from '../../words.ts';
import { chatWords } from './words.ts';

export interface ReadAloud {
  /** The message that is read; undefined for none. */
  readonly reading: string | undefined;
  /** Reads a message, or ends that. @throws where nobody can read, and what the server says */
  toggle(id: string, text: string): Promise<void>;
}

export function useReadAloud(): ReadAloud {
  const say = useWords(chatWords);
  const { data: speech } = useQuery(speechQuery);
  const running = useRef<AbortController>(undefined);
  const [reading, setReading] = useState<string>();
  useEffect(() => () => running.current?.abort(), []);

  const read = async (text: string, signal: AbortSignal): Promise<void> => {
    const sentences = spokenText(text);
    if (sentences.length === 0) throw new Error(say.nothingToRead);
    if (speech?.speaker) return readByServer(sentences, signal);
    if (!(await hasVoices())) throw new Error(say.noSpeaker);
    for (const sentence of sentences) {
      if (signal.aborted) return;
      await sayByBrowser(sentence, signal);
    }
  };
  return {
    reading,
    async toggle(id, text) {
      running.current?.abort();
      if (reading === id) return;
      const controller = new AbortController();
      running.current = controller;
      setReading(id);
      try {
        await read(text, controller.signal);
      } catch (error) {
        if (!controller.signal.aborted) throw error;
      } finally {
        // Another message may be read by now.
        if (running.current === controller) setReading(undefined);
      }
    },
  };
}

/** Characters that are asked for at once: the first sentence alone, so that it is heard soon. */
const AT_ONCE = 1000;

function* piecesOf(sentences: readonly SpokenSentence[]): Generator<string, void> {
  let piece = '';
  for (const [i, { text }] of sentences.entries()) {
    piece += `${text}\n`;
    const next = sentences[i + 1];
    if (next && i > 0 && piece.length + next.text.length < AT_ONCE) continue;
    yield piece;
    piece = '';
  }
}

/** The next piece is asked for while one is played. */
async function readByServer(sentences: readonly SpokenSentence[], signal: AbortSignal): Promise<void> {
  const ready: Promise<Blob>[] = [];
  const pieces = piecesOf(sentences);
  const askNext = (): void => {
    const { value } = pieces.next();
    if (value === undefined) return;
    const body = { input: value, response_format: 'wav' };
    const blob = ask('/v1/audio/speech', { method: 'POST', body, signal }).then((answer) => answer.blob());
    // Whoever waits for it is told; until then it is nobody's fault.
    blob.catch(() => {});
    ready.push(blob);
  };
  askNext();
  for (let blob = ready.shift(); blob && !signal.aborted; blob = ready.shift()) {
    const sound = await blob;
    askNext();
    await play(sound, signal);
  }
}

function play(sound: Blob, signal: AbortSignal): Promise<void> {
  const address = URL.createObjectURL(sound);
  const player = new Audio(address);
  return new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) return resolve();
    player.onended = () => resolve();
    player.onerror = () => reject(new Error(player.error?.message ?? 'audio'));
    player.play().catch(reject);
  }).finally(() => {
    player.pause();
    URL.revokeObjectURL(address);
  });
}

/** How long a browser may take to find its voices, in ms. */
const VOICES_MS = 1000;

async function hasVoices(): Promise<boolean> {
  if (typeof speechSynthesis === 'undefined') return false;
  if (speechSynthesis.getVoices().length > 0) return true;
  await new Promise<void>((resolve) => {
    speechSynthesis.addEventListener('voiceschanged', () => resolve(), { once: true });
    setTimeout(resolve, VOICES_MS);
  });
  return speechSynthesis.getVoices().length > 0;
}

const languages = { en: 'en-US', zh: 'zh-CN' } as const;

function sayByBrowser({ text, language }: SpokenSentence, signal: AbortSignal): Promise<void> {
  const said = new SpeechSynthesisUtterance(text);
  said.lang = languages[language];
  return new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => {
      speechSynthesis.cancel();
      resolve();
    });
    said.onend = () => resolve();
    said.onerror = ({ error }) => (signal.aborted ? resolve() : reject(new Error(error)));
    speechSynthesis.speak(said);
  });
}
