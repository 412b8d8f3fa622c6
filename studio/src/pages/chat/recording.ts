/** A recording of the browser's microphone, as a WAV file that every listener reads. */

import { encodeWav } from '../../../../src/io/encode-wav.ts';

/** Samples a second: what listeners want. */
const RATE = 16_000;
/** A recording ends by itself after so long, in ms. */
const LONGEST_MS = 10 * 60_000;

export interface Recording {
  /** Ends it; the sound, or undefined where there is none. */
  stop(): Promise<Blob | undefined>;
  /** Ends it and forgets what was recorded. */
  cancel(): void;
}

/** Whether this page can record at all. */
export const canRecord = (): boolean =>
  typeof MediaRecorder !== 'undefined' && navigator.mediaDevices?.getUserMedia !== undefined;

/** Begins to record; `onEnd` is called when it ends by itself. @throws where there is no microphone, or no consent */
export async function startRecording(onEnd: () => void): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const release = (): void => {
    for (const track of stream.getTracks()) track.stop();
  };
  try {
    return record(stream, { onEnd, release });
  } catch (error) {
    release();
    throw error;
  }
}

function record(
  stream: MediaStream,
  { onEnd, release }: { readonly onEnd: () => void; readonly release: () => void },
): Recording {
  const recorder = new MediaRecorder(stream);
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => void pieces.push(data);
  const ended = new Promise<void>((resolve) => {
    recorder.onstop = () => {
      release();
      resolve();
    };
  });
  recorder.start();
  const end = (): void => {
    clearTimeout(timer);
    if (recorder.state !== 'inactive') recorder.stop();
  };
  const timer = setTimeout(onEnd, LONGEST_MS);
  return {
    async stop() {
      end();
      await ended;
      return asWav(new Blob(pieces, { type: recorder.mimeType }));
    },
    cancel: end,
  };
}

/** Whatever the browser records in, mixed to one channel. */
async function asWav(recorded: Blob): Promise<Blob | undefined> {
  if (recorded.size === 0) return undefined;
  const context = new AudioContext({ sampleRate: RATE });
  try {
    const sound = await context.decodeAudioData(await recorded.arrayBuffer());
    const samples = new Float32Array(sound.length);
    for (let channel = 0; channel < sound.numberOfChannels; channel++) {
      const own = sound.getChannelData(channel);
      for (let i = 0; i < samples.length; i++) samples[i] += own[i] / sound.numberOfChannels;
    }
    return new Blob([encodeWav({ sampleRate: sound.sampleRate, samples })], { type: 'audio/wav' });
  } finally {
    void context.close();
  }
}
