/** What `serve` asks about texts instead of going on with them: translators, classifiers, encoders that fill blanks, what draws. */

import { askHead, type HeadModel, hasForeignHead, type LabelAnswer } from '../adapt/index.ts';
import {
  isClassifierFolder,
  loadClassifier,
  placeWords,
  type TextClassifier,
  wordCutter,
  wordsByOmission,
} from '../classify/index.ts';
import { encodePng, scaleImage } from '../io/index.ts';
import {
  encoderEmbedder,
  fillMask,
  isForeignEncoder,
  isForeignEncoderDecoder,
  isSentenceFolder,
} from '../models/index.ts';
import type { TaskAnswer, TaskKind, TaskWorker } from '../serve/index.ts';
import { isRun, readRunConfig } from '../train/index.ts';
import { drawPictures, imageLimits, imageTaskOf, loadImageModel, promptIds } from '../vision/index.ts';
import { readEncoder } from './encoders.ts';
import { fail } from './errors.ts';
import { type BodyParams, findForeignHead } from './head-base.ts';
import { readHeadModel } from './head-run.ts';
import { sourcesOf } from './pairs.ts';
import { workOfRun } from './runs.ts';
import { checkLengths, LINES_AT_ONCE, readTranslator, sourceIds, translateTexts } from './translators.ts';

/** Which kind of question the model in this folder answers; undefined for one that writes, and where there is none. */
export async function taskKindOf(folder: string): Promise<TaskKind | undefined> {
  if (await isClassifierFolder(folder)) return 'classify';
  if ((await imageTaskOf(folder)) === 'draw') return 'draw';
  if (!(await isRun(folder))) return undefined;
  const json = (await readRunConfig(folder)) as { readonly [key: string]: unknown } | null;
  if (!json) return undefined;
  if (isForeignEncoderDecoder(json)) return 'translate';
  if (isForeignEncoder(json)) {
    if (hasForeignHead(json)) return 'classify';
    return (await isSentenceFolder(folder)) ? 'embed' : 'fill-mask';
  }
  const work = workOfRun(json);
  return work === 'write' ? undefined : work;
}

/** Reads the model; whatever it is asked is worked on off this thread, or a few texts at a time. */
export async function readTaskWorker(folder: string): Promise<TaskWorker> {
  const kind = await taskKindOf(folder);
  if (kind === 'translate') return translating(folder) as Promise<TaskWorker>;
  if (kind === 'fill-mask') return filling(folder) as Promise<TaskWorker>;
  if (kind === 'embed') return embedding(folder) as Promise<TaskWorker>;
  if (kind === 'draw') return drawing(folder) as Promise<TaskWorker>;
  if (kind !== 'classify') throw fail('cli/no-model', { path: folder });
  if (await isClassifierFolder(folder)) return classifying(await loadClassifier(folder)) as TaskWorker;
  const head = (await findForeignHead(folder)) ?? (await readHeadModel(folder));
  if (head.config.task !== 'classify') throw fail('cli/head-run', { folder, task: head.config.task });
  return judging(head) as TaskWorker;
}

async function translating(folder: string): Promise<TaskWorker<'translate'>> {
  const translator = await readTranslator(folder);
  const { tokenizer } = translator;
  return {
    kind: 'translate',
    textsAtOnce: LINES_AT_ONCE,
    check: ({ texts, task }) => checkLengths(translator, sourcesOf(texts, task)),
    async answer({ texts, task, ...options }, signal) {
      const sources = sourcesOf(texts, task);
      const asked = sources.filter((source) => source !== '');
      const written = asked.length > 0 ? await translateTexts(translator, asked, { ...options, signal }) : [];
      let told = 0;
      return sources.map((source) => {
        const text = source === '' ? '' : written[told++];
        return {
          ...{ kind: 'translate', text },
          promptTokens: source === '' ? 0 : sourceIds(translator, source).length,
          completionTokens: tokenizer.encode(text).length,
        };
      });
    },
  };
}

async function filling(folder: string): Promise<TaskWorker<'fill-mask'>> {
  const encoder = await readEncoder(folder);
  const { tokenizer } = encoder;
  return {
    kind: 'fill-mask',
    textsAtOnce: 1,
    async answer({ texts: [text], top }) {
      const places = await fillMask(encoder, tokenizer, text, { top });
      return [
        { kind: 'fill-mask', places, promptTokens: tokenizer.encode(text).length, completionTokens: 0 },
      ];
    },
  };
}

async function embedding(folder: string): Promise<TaskWorker<'embed'>> {
  const encoder = await readEncoder(folder);
  const { tokenizer, modules } = encoder;
  const embedder = encoderEmbedder(encoder, tokenizer, modules);
  return {
    kind: 'embed',
    textsAtOnce: TEXTS_AT_ONCE,
    async answer({ texts }, signal) {
      const { vectors } = await embedder.embed(texts, { signal });
      return vectors.map((vector, i) => ({
        ...{ kind: 'embed', vector: Array.from(vector) },
        ...{ promptTokens: tokenizer.encode(texts[i]).length, completionTokens: 0 },
      }));
    },
  };
}

async function drawing(folder: string): Promise<TaskWorker<'draw'>> {
  const model = await loadImageModel(folder, 'draw');
  const { tokenizer, encoder } = model;
  const tokensOf = (prompt: string): number => promptIds(tokenizer, prompt).length;
  return {
    kind: 'draw',
    // All of a request: pictures are told apart by their seeds, one after the other.
    textsAtOnce: imageLimits.drawn,
    check({ texts }) {
      for (const prompt of texts) tokensOf(prompt);
    },
    async answer({ texts, seed, size = encoder.size, guidance, steps }, signal) {
      const seeds = texts.map((_, i) => seed + i);
      const pictures = await drawPictures(model, texts, { seeds, guidance, steps, signal });
      return Promise.all(
        pictures.map(async (picture, i): Promise<TaskAnswer<'draw'>> => {
          const about = {
            Description: texts[i],
            Software: 'inkstone',
            Comment: JSON.stringify({ seed: seeds[i] }),
          };
          const png = Buffer.from(await encodePng(scaleImage(picture, size), about)).toString('base64');
          return {
            kind: 'draw',
            png,
            size,
            seed: seeds[i],
            promptTokens: tokensOf(texts[i]),
            completionTokens: 0,
          };
        }),
      );
    },
  };
}

/** Texts that are classified together, or made vectors. */
const TEXTS_AT_ONCE = 16;

function classifying(classifier: TextClassifier): TaskWorker<'classify'> {
  const { scores: measure, isLinear } = classifier;
  return {
    kind: 'classify',
    textsAtOnce: TEXTS_AT_ONCE,
    async answer({ texts, words }) {
      const answers: TaskAnswer<'classify'>[] = [];
      for (const [i, { label, scores }] of classifier.classify(texts).entries()) {
        const text = texts[i];
        const scoreOf = async (some: readonly string[]) =>
          classifier.classify(some).map((one) => one.scores.find((score) => score.label === label)!.score);
        const decided =
          words === 0
            ? undefined
            : isLinear
              ? placeWords(text, classifier.explain(text, label).slice(0, words))
              : (await wordsByOmission(text, scoreOf)).slice(0, words);
        answers.push({
          ...{ kind: 'classify', label, measure, scores },
          ...(decided && { words: decided, wordsBy: isLinear ? 'weights' : 'omission' }),
          ...{ promptTokens: wordCutter.cut(text).length, completionTokens: 0 },
        });
      }
      return answers;
    },
  };
}

/** A model with a head that chooses among labels. */
function judging(model: HeadModel<BodyParams>): TaskWorker<'classify'> {
  const { tokenizer, frame, maxTokens } = model.reading;
  const room = maxTokens - frame.start.length - frame.end.length;
  const ask = async (texts: readonly string[], signal: AbortSignal) =>
    (await askHead(
      model,
      texts.map((text) => ({ text })),
      { signal },
    )) as LabelAnswer[];
  return {
    kind: 'classify',
    textsAtOnce: TEXTS_AT_ONCE,
    async answer({ texts, words }, signal) {
      const answers: TaskAnswer<'classify'>[] = [];
      for (const [i, { label, probabilities }] of (await ask(texts, signal)).entries()) {
        const scoresOf = async (some: readonly string[]) =>
          (await ask(some, signal)).map(
            (one) => one.probabilities.find((score) => score.label === label)!.probability,
          );
        const tokens = tokenizer.encode(texts[i]).length;
        answers.push({
          ...{ kind: 'classify', label, measure: 'probabilities' },
          scores: probabilities.map((one) => ({ label: one.label, score: one.probability })),
          ...(words > 0 && {
            words: (await wordsByOmission(texts[i], scoresOf)).slice(0, words),
            wordsBy: 'omission',
          }),
          ...(tokens > room && { isCut: true }),
          ...{ promptTokens: Math.min(tokens, room), completionTokens: 0 },
        });
      }
      return answers;
    },
  };
}
