/** Speech into the field: recorded here, heard by the server. */

import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { request } from '../../api/client.ts';
import { speechQuery } from '../../api/queries.ts';
import { useWords } from '../../words.ts';
import { canRecord, type Recording, startRecording } from './recording.ts';
import { chatWords } from './words.ts';

export interface Microphone {
  readonly isRecording: boolean;
  readonly isHearing: boolean;
  /** What is going on, or why nothing is. */
  readonly note: string | undefined;
  /** Begins to record, or ends it and has it heard. @throws what the server says */
  toggle(): Promise<void>;
}

/** `onProblem` is told what the server says of a recording that ended by itself. */
export function useMicrophone({
  onHeard,
  onProblem,
}: {
  readonly onHeard: (text: string) => void;
  readonly onProblem: (error: unknown) => void;
}): Microphone {
  const say = useWords(chatWords);
  const { data: speech } = useQuery(speechQuery);
  const recording = useRef<Recording>(undefined);
  const asking = useRef<AbortController>(undefined);
  /** Consent is asked for, and may come after the page is left. */
  const isWaiting = useRef(false);
  const isGone = useRef(false);
  const [state, setState] = useState<'idle' | 'recording' | 'hearing'>('idle');
  const [note, setNote] = useState<string>();
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      recording.current?.cancel();
      asking.current?.abort();
    };
  }, []);

  const begin = async (): Promise<void> => {
    const listener = speech?.listener;
    if (!listener) return setNote(say.noListener);
    if (!canRecord()) return setNote(say.noMicrophone);
    if (isWaiting.current) return;
    isWaiting.current = true;
    try {
      const own = await startRecording(() => void end().catch(onProblem));
      if (isGone.current) return own.cancel();
      recording.current = own;
    } catch {
      return setNote(say.noMicrophone);
    } finally {
      isWaiting.current = false;
    }
    setState('recording');
    const to = listener.host === undefined ? '' : ` ${say.sentTo(listener.host)}`;
    setNote(say.recording + to);
  };
  const end = async (): Promise<void> => {
    const own = recording.current;
    recording.current = undefined;
    if (!own) return;
    setState('hearing');
    setNote(say.hearing);
    const controller = new AbortController();
    asking.current = controller;
    try {
      const wav = await own.stop();
      const text = wav ? await heard(wav, controller.signal) : '';
      if (text !== '') onHeard(text);
      setNote(text === '' ? say.heardNothing : undefined);
    } catch (error) {
      setNote(undefined);
      if (!controller.signal.aborted) throw error;
    } finally {
      setState('idle');
    }
  };
  return {
    isRecording: state === 'recording',
    isHearing: state === 'hearing',
    note,
    toggle: () => (state === 'idle' ? begin() : state === 'recording' ? end() : Promise.resolve()),
  };
}

async function heard(wav: Blob, signal: AbortSignal): Promise<string> {
  const form = new FormData();
  form.set('file', new File([wav], 'speech.wav', { type: 'audio/wav' }));
  const { text } = await request<{ readonly text: string }>('/v1/audio/transcriptions', {
    ...{ method: 'POST', form, signal },
  });
  return text.trim();
}
