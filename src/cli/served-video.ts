/** `inkstone serve --captioner`: videos that are sent are looked at and listened to. */

import type { Language } from '../language.ts';
import type { VideoPort } from '../serve/index.ts';
import type { Listener } from '../types.ts';
import { type FrameCaptioner, openCaptioner } from './frame-captions.ts';
import { watchVideo } from './watch-video.ts';

/** Opens the captioner, so that what is wrong with it is told at once. @throws as `openCaptioner` */
export async function serveVideo(spec: string, listener: Listener | undefined): Promise<VideoPort> {
  const opened = new Map<Language, Promise<FrameCaptioner>>();
  const captionerFor = (language: Language): Promise<FrameCaptioner> => {
    const known = opened.get(language) ?? openCaptioner(spec, language);
    opened.set(language, known);
    return known;
  };
  await captionerFor('en');
  return {
    async describe(path, { language, every, mostFrames, mostSeconds, signal }) {
      return watchVideo(path, {
        openCaptioner: () => captionerFor(language),
        ...{ listener, every, scene: SCENE, maxFrames: mostFrames, mostSeconds, signal },
      });
    },
  };
}

/** Of a cut. */
const SCENE = 0.3;
