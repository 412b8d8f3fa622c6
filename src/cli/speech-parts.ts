/** Who speaks and who listens, opened from options. */

import {
  findListener,
  findSpeaker,
  localListener,
  localSpeaker,
  remoteListener,
  remoteSpeaker,
} from '../speech/index.ts';
import type { Listener, Speaker } from '../types.ts';
import { endpointOf } from './endpoints.ts';

/** By `--speaker`. @throws `speech/needs-speaker`, `speech/engine`, `remote/url` */
export function openSpeaker(spec: string | undefined): Speaker {
  const endpoint = spec === undefined ? undefined : endpointOf(spec);
  return endpoint ? remoteSpeaker(endpoint) : localSpeaker(spec);
}

/** By `--listener`. @throws `speech/needs-listener`, `speech/needs-model`, `speech/engine`, `remote/url` */
export function openListener(spec: string | undefined): Listener {
  const endpoint = spec === undefined ? undefined : endpointOf(spec);
  return endpoint ? remoteListener(endpoint) : localListener(spec);
}

export interface SpeechSettings {
  readonly speaker?: string | undefined;
  readonly listener?: string | undefined;
}

/** What a server offers: what was named, else what is installed; for an empty name nothing. */
export const servedSpeechOf = ({ speaker, listener }: SpeechSettings) => ({
  speaker: speaker === undefined ? findSpeaker() : speaker === '' ? undefined : openSpeaker(speaker),
  listener: listener === undefined ? findListener() : listener === '' ? undefined : openListener(listener),
});
