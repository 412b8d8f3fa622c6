/** Models behind endpoints that speak OpenAI's wire format. */

export type { RemoteModelOptions } from './endpoint.ts';
export { createRemoteAudio, type RemoteAudio, type RemoteVoice } from './remote-audio.ts';
export { createRemoteCaptioner } from './remote-captioner.ts';
export { createRemoteChat, type RemoteChatAnswer, type RemoteChatRequest } from './remote-chat.ts';
export {
  createRemoteDrawer,
  type PictureFormat,
  type RemoteDrawer,
  type RemoteDrawing,
  type RemotePicture,
} from './remote-drawer.ts';
export { createRemoteEmbedder, type RemoteEmbedder, type RemoteEmbeddings } from './remote-embedder.ts';
export { createRemoteModel, type RemoteMessage, type RemoteRequest } from './remote-model.ts';
