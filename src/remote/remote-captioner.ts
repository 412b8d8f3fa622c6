/** Captions of pictures, by a model behind an endpoint that takes pictures in messages. */

import type { Language } from '../language.ts';
import type { RemoteModelOptions } from './endpoint.ts';
import { createRemoteChat } from './remote-chat.ts';

/** What the model is asked of each picture. */
const questions: { readonly [L in Language]: string } = {
  en: 'Say in one short sentence what this picture shows. Write only the sentence.',
  zh: '用一句短话说出这张图片的内容。只写这句话。',
};

const MAX_TOKENS = 100;

/** A function from a PNG or JPEG file to a caption. @throws as a remote model */
export function createRemoteCaptioner(options: RemoteModelOptions) {
  const ask = createRemoteChat(options);
  return async (
    picture: Uint8Array,
    { language, signal }: { readonly language: Language; readonly signal?: AbortSignal | undefined },
  ): Promise<string> => {
    const type = picture[0] === 0xff ? 'image/jpeg' : 'image/png';
    const content = [
      { type: 'text', text: questions[language] },
      { type: 'image_url', image_url: { url: `data:${type};base64,${base64(picture)}` } },
    ];
    const messages = [{ role: 'user' as const, content }];
    const { text } = await ask({ messages, maxTokens: MAX_TOKENS, temperature: 0, signal });
    return text.replace(/\s+/g, ' ').trim();
  };
}

/** Bytes that are put into one call of a function. */
const AT_ONCE = 0x8000;

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += AT_ONCE) {
    text += String.fromCharCode(...bytes.subarray(at, at + AT_ONCE));
  }
  return btoa(text);
}
