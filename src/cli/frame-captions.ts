/** Who says what a frame shows: a captioner of ours, or a model behind an endpoint. */

import { readFile } from 'node:fs/promises';
import type { Language } from '../language.ts';
import { createRemoteCaptioner } from '../remote/index.ts';
import { loadImageModel, loadImages, writeCaptions } from '../vision/index.ts';
import { endpointOf } from './endpoints.ts';

export interface FrameCaptioner {
  /** Where the pictures are sent, when that is not here. */
  readonly host: string | undefined;
  /** Frames that are looked at together. */
  readonly atOnce: number;
  caption(
    files: readonly string[],
    options: { readonly language: Language; readonly signal: AbortSignal },
  ): Promise<string[]>;
}

/** @throws as `loadImageModel`; `remote/url` */
export async function openCaptioner(spec: string): Promise<FrameCaptioner> {
  const endpoint = endpointOf(spec);
  if (endpoint) {
    const ask = createRemoteCaptioner(endpoint);
    return {
      host: new URL(endpoint.url).host,
      atOnce: 1,
      async caption(files, { language, signal }) {
        const captions: string[] = [];
        for (const file of files) {
          const picture = await readFile(file, { signal });
          captions.push(await ask(picture, { language, signal }));
        }
        return captions;
      },
    };
  }
  const model = await loadImageModel(spec, 'caption');
  return {
    host: undefined,
    atOnce: 16,
    async caption(files, { language, signal }) {
      const images = await loadImages(files, model.encoder.size, { signal });
      return writeCaptions(model, images, files, { language, signal });
    },
  };
}
