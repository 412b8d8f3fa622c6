/** Serving: OpenAI's wire format over HTTP. Sees models as `ServedModel`, never their weights. */

export { type AnswerWriterOptions, answerWriter } from './answers/answer-writer.ts';
export { type CodeWriterOptions, codeWriter } from './answers/code-writer.ts';
export type { DocumentsPort } from './answers/documents-port.ts';
export type { RecommendPort } from './answers/recommend-port.ts';
export { type AppOptions, createApp, type RequestLog } from './app.ts';
export { assistantModel, knowsTools } from './assistant/assistant-model.ts';
export type { AssistantPort } from './assistant/assistant-port.ts';
export { guardWriter } from './domain/guard-model.ts';
export { kitQuestion } from './domain/kit-answer.ts';
export { createKitGuard, type KitDecision, type KitGuard, type KitGuardOptions } from './domain/kit-guard.ts';
export { adaptedModel } from './engine/adapted-model.ts';
export { failEngineChild, runEngineChild } from './engine/engine-child.ts';
export {
  type EngineProcess,
  type EngineProcessOptions,
  startEngineProcess,
} from './engine/engine-process.ts';
export { createLocalModel, type LocalModel, type LocalModelOptions } from './engine/local-model.ts';
export type { Work } from './errors.ts';
export type { InspectKind, InspectQuestion } from './inspect-questions.ts';
export { limits } from './limits.ts';
export { textRules } from './moderation/text-rules.ts';
export type { ResponseHistory } from './openai/answer-response.ts';
export { openApi } from './openai/openapi.ts';
export {
  createRegistry,
  type LoadedModel,
  type ModelOrigin,
  type ModelRegistry,
  type RegistryOptions,
} from './registry.ts';
export { remoteServed } from './remote-served.ts';
export { type Route, routes } from './routes.ts';
export { createSandbox, type Sandbox, type SandboxOptions } from './sandbox/sandbox.ts';
export type { ReadFile } from './sent-file.ts';
export type { ModelLoad, RemoteServed, ServedModel, Visit, WriteRequest } from './served-model.ts';
export { type RunningServer, type ServerOptions, startServer } from './server.ts';
export type { ServicePort } from './service/service-port.ts';
export type { SpeechPort } from './speech/speech-port.ts';
export type { VideoPort } from './speech/video-route.ts';
export { type StudioFiles, studioFiles } from './static.ts';
export type { StudioOptions } from './studio/api.ts';
export type { LabNews, LabOrder, LabPort } from './studio/lab.ts';
export type { Suggest } from './studio/label-routes.ts';
export { readLastRecords } from './studio/run-metrics.ts';
export type {
  ProcessMark,
  RunEstimate,
  RunsPort,
  StartedTraining,
  TextSource,
  TrainOrder,
} from './studio/runs-port.ts';
export { ruleBody } from './studio/state-schemas.ts';
export {
  createTaskModel,
  type DecidingWord,
  type LocalTaskModel,
  type TaskAnswer,
  type TaskKind,
  type TaskModel,
  type TaskQuestion,
  type TaskWorker,
} from './tasks/task-model.ts';
export { startTaskProcess } from './tasks/task-process.ts';
export { createTurns } from './turns.ts';
export type { TutorPort, TutorRoom } from './tutor/tutor-port.ts';
