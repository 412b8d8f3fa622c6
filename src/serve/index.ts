/** Serving: OpenAI's wire format over HTTP. Sees models as `ServedModel`, never their weights. */

export { type AppOptions, createApp, type RequestLog } from './app.ts';
export { runEngineChild } from './engine-child.ts';
export { type EngineProcess, type EngineProcessOptions, startEngineProcess } from './engine-process.ts';
export { limits } from './limits.ts';
export { createLocalModel, type LocalModel, type LocalModelOptions } from './local-model.ts';
export type { ModelLoad, ServedModel, WriteRequest } from './served-model.ts';
export { type RunningServer, type ServerOptions, startServer } from './server.ts';
