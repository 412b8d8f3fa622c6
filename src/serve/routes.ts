import {
  answerAnswers,
  answerBody,
  answerCorrections,
  answerDocuments,
  correctionBody,
  documentsBody,
} from './answers/answer-route.ts';
import { answerManuscripts, answerPapers, manuscriptBody, papersBody } from './answers/papers-route.ts';
import {
  answerReaderEvents,
  answerRecommendations,
  readerEventsBody,
  recommendationBody,
} from './answers/recommend-route.ts';
import { answerSummaries, summaryBody } from './answers/summary-route.ts';
import type { AppContext } from './app.ts';
import {
  ableModel,
  anyModelOf,
  describeModel,
  modelOf,
  ownModel,
  served,
  vectorModel,
} from './asked-model.ts';
import { answerAssistant, assistantBody, describeAssistant } from './assistant/assistant-route.ts';
import { answerDomain, answerKits, domainBody } from './domain/domain-route.ts';
import { guardModel } from './domain/guard-model.ts';
import { askedIn, isForProgram } from './domain/what-is-asked.ts';
import { fail } from './errors.ts';
import { limits } from './limits.ts';
import { answerResponse } from './openai/answer-response.ts';
import { answerChat } from './openai/chat.ts';
import { answerCompletion } from './openai/completions.ts';
import { answerEmbeddings } from './openai/embeddings.ts';
import { itemsOf } from './openai/response-input.ts';
import {
  chatBody,
  completionBody,
  detokenizeBody,
  embeddingBody,
  responseBody,
  tokenizeBody,
} from './openai/schemas.ts';
import { answerDetokenize, answerTokenize, answerTokenizerInfo } from './openai/tokenize.ts';
import { type Route, type RouteScope, withBody, withForm } from './route.ts';
import { answerCustomer, listHandedOver, personBody, tellConversation } from './service/person-routes.ts';
import { answerService, describeService, serviceBody } from './service/service-route.ts';
import { answerSpeech, speechBody } from './speech/speech-route.ts';
import { answerTranscription, transcriptionForm } from './speech/transcription-route.ts';
import { answerVideo, videoForm } from './speech/video-route.ts';
import { answerDrawings, drawingBody } from './tasks/drawing-route.ts';
import type { TaskKind, TaskModel } from './tasks/task-model.ts';
import {
  answerClassifications,
  answerFillMask,
  answerTranslations,
  classificationBody,
  fillMaskBody,
  translationBody,
} from './tasks/task-routes.ts';
import { answerTutor, describeTutor, tutorBody } from './tutor/tutor-route.ts';

export type { Route, RouteScope } from './route.ts';

export const routes: readonly Route[] = [
  {
    method: 'get',
    path: '/health',
    summary: 'Whether the server lives.',
    isOpen: true,
    answers: 'json',
    answer: (c) => c.json({ status: 'ok' }),
  },
  {
    method: 'get',
    path: '/ready',
    summary: 'Whether every model can write now; 503 while one cannot.',
    isOpen: true,
    answers: 'json',
    answer(c, _, { registry }) {
      const isReady = registry.list().every((model) => model.isReady);
      return c.json({ status: isReady ? 'ready' : 'starting' }, isReady ? 200 : 503);
    },
  },
  {
    method: 'get',
    path: '/metrics',
    summary: 'Counters for Prometheus.',
    answers: 'text',
    answer: (c, _, { registry }) =>
      c.text(c.get('metrics').text(registry.list().filter(({ parent }) => parent === undefined))),
  },
  {
    method: 'get',
    path: '/v1/models',
    summary: 'The models that are served.',
    answers: 'json',
    answer: (c, _, scope) => c.json({ object: 'list', data: served(scope).map(describeModel) }),
  },
  {
    method: 'get',
    path: '/v1/models/{id}',
    summary: 'One model.',
    answers: 'json',
    answer: (c, _, scope) => c.json(describeModel(anyModelOf(scope, c.req.param('id')!))),
  },
  withBody({
    path: '/v1/completions',
    summary: 'Goes on with texts; with echo and logprobs scores them.',
    body: completionBody,
    answers: 'events',
    answer: (c, body, scope) =>
      answerCompletion(
        c,
        body,
        guardModel(c, scope.watch(c, modelOf(scope, body.model)), scope.kits),
        requestScope(c, scope),
      ),
  }),
  withBody({
    path: '/v1/chat/completions',
    summary: 'Goes on with a conversation: text, JSON by schema, calls of tools.',
    body: chatBody,
    answers: 'events',
    answer: (c, body, scope) =>
      answerChat(c, body, talkingModel(c, scope, body, body.messages), requestScope(c, scope)),
  }),
  withBody({
    path: '/v1/responses',
    summary: 'The same in the form of the Responses API.',
    body: responseBody,
    answers: 'events',
    answer: (c, body, scope) =>
      answerResponse(c, body, talkingModel(c, scope, body, itemsOf(body.input)), {
        ...requestScope(c, scope),
        history: scope.history,
      }),
  }),
  withBody({
    path: '/v1/embeddings',
    summary: 'Texts as vectors of length 1: by a sentence encoder, or the mean of the last hidden states.',
    body: embeddingBody,
    answers: 'json',
    answer: (c, body, scope) => answerEmbeddings(c, body, scope.watch(c, vectorModel(scope, body.model))),
  }),
  withBody({
    path: '/v1/answers',
    summary:
      'Answers a question from the documents, each sentence with its source, or says that they do not tell.',
    body: answerBody,
    answers: 'events',
    async answer(c, body, scope) {
      const model = body.model == null ? undefined : scope.watch(c, modelOf(scope, body.model));
      const own = documentScope(c, scope);
      return answerAnswers(c, body, model, { ...own, quotes: await scope.quotes(c), kits: scope.kits });
    },
  }),
  withBody({
    path: '/v1/summaries',
    summary: 'Sums up a text of any length: by its own sentences, or by a model, part by part.',
    body: summaryBody,
    answers: 'events',
    async answer(c, body, scope) {
      const model = body.model == null ? undefined : scope.watch(c, modelOf(scope, body.model));
      return answerSummaries(c, body, model, { ...requestScope(c, scope), quotes: await scope.quotes(c) });
    },
  }),
  withBody({
    path: '/v1/papers',
    summary:
      'Papers read, compared in a table, linked by their citations, or cited in a text on related work.',
    body: papersBody,
    answers: 'json',
    async answer(c, body, scope) {
      const model = body.model == null ? undefined : scope.watch(c, modelOf(scope, body.model));
      return answerPapers(c, body, model, { ...requestScope(c, scope), quotes: await scope.quotes(c) });
    },
  }),
  withBody({
    path: '/v1/manuscripts',
    summary: 'Advice on a draft, its references checked, or a draft from an outline and a library.',
    body: manuscriptBody,
    answers: 'json',
    async answer(c, body, scope) {
      const model = body.model == null ? undefined : scope.watch(c, modelOf(scope, body.model));
      const { bibliography } = scope;
      const quotes = await scope.quotes(c);
      return answerManuscripts(c, body, model, { ...requestScope(c, scope), bibliography, quotes });
    },
  }),
  withBody({
    path: '/v1/service',
    summary: 'Answers a customer by the plan of the server: an intent, a tool, the documents, or a person.',
    body: serviceBody,
    answers: 'json',
    async answer(c, body, scope) {
      const service = serviceScope(c, scope);
      const model = body.model == null ? undefined : scope.watch(c, modelOf(scope, body.model));
      const [quotes, { documents }] = [await scope.quotes(c), scope];
      return answerService(c, body, model, { ...requestScope(c, scope), ...service, documents, quotes });
    },
  }),
  {
    method: 'get',
    path: '/v1/service',
    summary: 'What customers can want by the plan of the server, and how they are greeted.',
    answers: 'json',
    answer: (c, _, scope) => describeService(c, serviceScope(c, scope).service),
  },
  {
    method: 'get',
    path: '/v1/service/conversations/{conversation}',
    summary: 'What was said in a conversation, by a person too.',
    answers: 'json',
    answer: (c, _, scope) => tellConversation(c, c.req.param('conversation')!, serviceScope(c, scope)),
  },
  {
    method: 'get',
    path: '/v1/service/hand-overs',
    summary: 'The customers whom a person has: who waits for words first.',
    answers: 'json',
    answer: (c, _, scope) => listHandedOver(c, serviceScope(c, scope)),
  },
  withBody({
    path: '/v1/service/replies',
    summary: 'The words of a person to a customer, or the conversation back to the service.',
    body: personBody,
    answers: 'json',
    answer: async (c, body, scope) =>
      answerCustomer(c, body, { ...serviceScope(c, scope), quotes: await scope.quotes(c) }),
  }),
  withBody({
    path: '/v1/assistant',
    summary: 'Answers with the help of tools; calls that have an effect wait for a yes.',
    body: assistantBody,
    answers: 'json',
    async answer(c, body, scope) {
      const { assistant, documents, kits } = scope;
      if (!assistant) throw fail('serve/no-assistant', undefined);
      const model = body.model == null ? undefined : scope.watch(c, modelOf(scope, body.model));
      const quotes = await scope.quotes(c);
      const all = { ...requestScope(c, scope), assistant, documents, quotes, kits };
      return answerAssistant(c, body, model, all);
    },
  }),
  withForm({
    path: '/v1/audio/transcriptions',
    summary: 'A file of speech as text, with times; as JSON, plain text or subtitles.',
    form: transcriptionForm,
    answers: 'events',
    async answer(c, body, { desk, quotes }) {
      return answerTranscription(c, body, { desk, quotes: await quotes(c) });
    },
  }),
  withForm({
    path: '/v1/video/descriptions',
    summary: 'What a video shows and what is said in it, along its time, and a summary with times.',
    form: videoForm,
    formBytes: limits.videoBytes,
    answers: 'json',
    async answer(c, body, scope) {
      const model = body.model === undefined ? undefined : scope.watch(c, modelOf(scope, body.model));
      const { withVideo } = scope;
      return answerVideo(c, body, model, {
        ...requestScope(c, scope),
        withVideo,
        quotes: await scope.quotes(c),
      });
    },
  }),
  withBody({
    path: '/v1/audio/speech',
    summary: 'A text read aloud, sentence by sentence.',
    body: speechBody,
    answers: 'sound',
    async answer(c, body, { desk, quotes }) {
      return answerSpeech(c, body, { desk, quotes: await quotes(c) });
    },
  }),
  {
    method: 'get',
    path: '/v1/assistant',
    summary: 'The tools of the assistant, and the reminders that are kept.',
    answers: 'json',
    async answer(c, _, scope) {
      const { assistant, documents } = scope;
      if (!assistant) throw fail('serve/no-assistant', undefined);
      const quotes = await scope.quotes(c);
      return describeAssistant(c, { assistant, documents, quotes });
    },
  },
  withBody({
    path: '/v1/tutor',
    summary:
      'Questions on a text, one at a time, as hard as the learner can take; answers graded with reasons.',
    body: tutorBody,
    answers: 'json',
    async answer(c, body, scope) {
      const { tutor, tutorTurns } = scope;
      if (!tutor) throw fail('serve/no-tutor', undefined);
      const model = body.model == null ? undefined : scope.watch(c, modelOf(scope, body.model));
      const quotes = await scope.quotes(c);
      return answerTutor(c, body, model, { ...requestScope(c, scope), tutor, tutorTurns, quotes });
    },
  }),
  {
    method: 'get',
    path: '/v1/tutor',
    summary: 'The lessons that are kept, and the learners.',
    answers: 'json',
    async answer(c, _, { tutor, quotes }) {
      if (!tutor) throw fail('serve/no-tutor', undefined);
      return describeTutor(c, { tutor, quotes: await quotes(c) });
    },
  },
  withBody({
    path: '/v1/recommendations',
    summary: 'Items for a reader, by what was read before, items or words; each with what led to it.',
    body: recommendationBody,
    answers: 'json',
    async answer(c, body, scope) {
      const own = recommendScope(c, scope);
      return answerRecommendations(c, body, { ...own, quotes: await scope.quotes(c) });
    },
  }),
  withBody({
    path: '/v1/recommendations/events',
    summary: 'What readers read and how it was; the next recommendation knows.',
    body: readerEventsBody,
    answers: 'json',
    answer: (c, body, scope) => answerReaderEvents(c, body, recommendScope(c, scope)),
  }),
  withBody({
    path: '/v1/translations',
    summary: 'Translates a text line by line, or a list of texts.',
    body: translationBody,
    answers: 'events',
    answer: (c, body, scope) => answerTranslations(c, body, taskModelOf(c, scope, 'translate', body.model)),
  }),
  withBody({
    path: '/v1/classifications',
    summary: 'The label of each text, every label with its probability, and the words that decided.',
    body: classificationBody,
    answers: 'json',
    answer: (c, body, scope) => answerClassifications(c, body, taskModelOf(c, scope, 'classify', body.model)),
  }),
  withBody({
    path: '/v1/fill-mask',
    summary: 'What belongs in the hidden places of a text, the likeliest first.',
    body: fillMaskBody,
    answers: 'json',
    answer: (c, body, scope) => answerFillMask(c, body, taskModelOf(c, scope, 'fill-mask', body.model)),
  }),
  {
    method: 'get',
    path: '/v1/domain',
    summary: 'The domain kits of the server: what each is about, its rules and its notice.',
    answers: 'json',
    answer: (c, _, scope) => answerKits(c, scope.kits),
  },
  withBody({
    path: '/v1/domain',
    summary: 'The terms of a text with what they mean, and what a domain kit says to it.',
    body: domainBody,
    answers: 'json',
    answer: (c, body, scope) => answerDomain(c, body, scope.kits),
  }),
  withBody({
    path: '/v1/images/generations',
    summary: 'Draws pictures for a prompt, as PNG in base64.',
    body: drawingBody,
    answers: 'json',
    answer: (c, body, scope) => answerDrawings(c, body, taskModelOf(c, scope, 'draw', body.model)),
  }),
  withBody({
    path: '/v1/corrections',
    summary: 'The right answer to a question, which the next answer uses; without an answer it is forgotten.',
    body: correctionBody,
    answers: 'json',
    answer: (c, body, scope) => answerCorrections(c, body, documentScope(c, scope)),
  }),
  withBody({
    path: '/v1/documents',
    summary: 'Adds, changes and removes documents of the caller; the next answer knows.',
    body: documentsBody,
    answers: 'json',
    answer: (c, body, scope) => answerDocuments(c, body, documentScope(c, scope)),
  }),
  withBody({
    path: '/tokenize',
    summary: 'The ids of a text; without a model, of the first.',
    body: tokenizeBody,
    answers: 'json',
    answer: (c, body, scope) => answerTokenize(c, body, ownModel(scope, body.model)),
  }),
  withBody({
    path: '/detokenize',
    summary: 'The text of some ids.',
    body: detokenizeBody,
    answers: 'json',
    answer: (c, body, scope) => answerDetokenize(c, body, ownModel(scope, body.model)),
  }),
  {
    method: 'get',
    path: '/tokenizer_info',
    summary: 'What the tokenizer of the first model is called by, and its chat template.',
    answers: 'json',
    answer: (c, _, scope) => answerTokenizerInfo(c, ownModel(scope, undefined)),
  },
];

const requestScope = (c: AppContext, { sandbox, checkConstraint }: RouteScope) => ({
  tenant: c.get('tenant'),
  sandbox,
  checkConstraint,
});

/** @throws `serve/no-service` */
function serviceScope(c: AppContext, { service, serviceTurns }: RouteScope) {
  if (!service) throw fail('serve/no-service', undefined);
  return { tenant: c.get('tenant'), service, serviceTurns };
}

/** @throws `serve/no-documents` */
function documentScope(c: AppContext, scope: RouteScope) {
  const { documents } = scope;
  if (!documents) throw fail('serve/no-documents', undefined);
  return { ...requestScope(c, scope), documents };
}

/** @throws `serve/no-recommender` */
function recommendScope(c: AppContext, { recommender }: RouteScope) {
  if (!recommender) throw fail('serve/no-recommender', undefined);
  return { tenant: c.get('tenant'), recommender };
}

/** A model that talks, under the warnings of the kits. */
const talkingModel = (
  c: AppContext,
  scope: RouteScope,
  body: Parameters<typeof isForProgram>[0] & { readonly model: string },
  turns: Parameters<typeof askedIn>[0],
) =>
  guardModel(c, scope.watch(c, modelOf(scope, body.model)), scope.kits, {
    asked: askedIn(turns),
    isForm: isForProgram(body),
  });

/** As this request sees it. */
const taskModelOf = (c: AppContext, scope: RouteScope, kind: TaskKind, id: string | null | undefined) =>
  scope.watch(c, ableModel(scope, kind, id) as TaskModel);
