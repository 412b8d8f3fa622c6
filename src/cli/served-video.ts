/** `inkstone serve --captioner`: videos that are sent are looked at and listened to. */

import type { VideoPort } from '../serve/index.ts';
import type { Listener } from '../types.ts';
import { openCaptioner } from './frame-captions.ts';
import { watchVideo } from './watch-video.ts';

/** Opens the captioner, so that what is wrong with it is told at once. @throws as `openCaptioner` */
export async function serveVideo(spec: string, listener: Listener | undefined): Promise<VideoPort> {
  const captioner = await openCaptioner(spec);
  return {
    async describe(path, { language, every, mostFrames, mostSeconds, signal }) {
      return watchVideo(path, {
        openCaptioner: async () => captioner,
        ...{ listener, language, every, scene: SCENE, maxFrames: mostFrames, mostSeconds, signal },
      });
    },
  };
}

/** Of a cut. */
const SCENE = 0.3;
