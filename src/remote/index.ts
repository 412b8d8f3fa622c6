/** Models behind endpoints that speak OpenAI's wire format. */

export {
  createRemoteModel,
  type RemoteMessage,
  type RemoteModelOptions,
  type RemoteRequest,
} from './remote-model.ts';
