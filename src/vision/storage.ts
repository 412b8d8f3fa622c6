/** A model of pictures as a folder: `config.json`, `model.safetensors`, and `tokenizer.json` where it knows captions. */

import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InkstoneError } from '../errors.ts';
import { decodeUtf8, describeFileError, limits as fileLimits, writeFileAtomic } from '../io/index.ts';
import {
  type DecoderOptions,
  decoderConfig,
  type EncoderOptions,
  encoderConfig,
  type NamedTensors,
  readJson,
  readWeights,
  tensorsFromFile,
  treeFromTensors,
  writeModel,
} from '../models/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { loadTokenizer, type SavableTokenizer, saveTokenizer } from '../text/index.ts';
import { leaves } from '../tree.ts';
import { type Captioner, type CaptionerParams, captionerSpec } from './captioner.ts';
import { knowsCaptions } from './captions.ts';
import type { Drawer } from './drawer.ts';
import { fail, wrongTask } from './errors.ts';
import { type ImageClassifier, type ImageClassifierParams, imageClassifierSpec } from './image-classifier.ts';
import { type ImageEncoderConfig, imageEncoderConfig } from './image-encoder.ts';
import { type ImageSearcher, type ImageSearchParams, imageSearchSpec } from './image-search.ts';
import { limits } from './limits.ts';
import { type PainterParams, painterSpec } from './painter.ts';

/** A model of pictures, by what it was trained for. */
export type ImageModel = ImageClassifier | ImageSearcher | Captioner | Drawer;
export type ImageTask = ImageModel['task'];
type ModelFor<Task extends ImageTask> = Extract<ImageModel, { readonly task: Task }>;

const ARCHITECTURE = 'inkstone-image';
const CONFIG = 'config.json';
const TOKENIZER = 'tokenizer.json';
const OWN_FILES: readonly string[] = [CONFIG, TOKENIZER, 'model.safetensors'];

/** Writes a model; one that lies in the folder is replaced. @throws when the folder holds something else */
export async function saveImageModel(folder: string, model: ImageModel): Promise<void> {
  await checkImageFolder(folder);
  try {
    await mkdir(folder, { recursive: true });
    if (model.task !== 'classify') {
      await writeFileAtomic(join(folder, TOKENIZER), saveTokenizer(model.tokenizer));
    }
    const { params, ...config } = model;
    const { tokenizer: _, ...plain } = config as typeof config & { tokenizer?: unknown };
    const tensors = new Map(leaves<Tensor>(params));
    await writeModel(folder, { architecture: ARCHITECTURE, ...plain }, tensors);
  } catch (error) {
    throw describeFileError(error, folder);
  }
}

/** Refuses a folder with something in it that is no model of pictures; one that is not there will do. */
export async function checkImageFolder(folder: string): Promise<void> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw describeFileError(error, folder);
  });
  // Hidden files may be what a crash left of an earlier try.
  const found = files.find((file) => !OWN_FILES.includes(file) && !file.startsWith('.'));
  if (found !== undefined) throw fail('vision/other-content', { folder, found });
  if (files.includes(CONFIG)) await readConfig(folder);
}

const schema = z.object({
  architecture: z.literal(ARCHITECTURE),
  task: z.enum(['classify', 'search', 'caption', 'draw']),
  encoder: z.looseObject({}),
  labels: z.array(z.string()).min(2).max(limits.labels).optional(),
  text: z.looseObject({}).default({}),
  decoder: z.looseObject({}).default({}),
});
type SavedConfig = z.infer<typeof schema>;

async function readConfig(folder: string): Promise<SavedConfig> {
  const status = await stat(join(folder, CONFIG)).catch(() => undefined);
  if (!status?.isFile()) throw fail('vision/no-model', { folder });
  const json = await readJson(join(folder, CONFIG));
  if (json.architecture !== ARCHITECTURE) throw fail('vision/no-model', { folder });
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw fail('vision/damaged', { folder, reason: `${path.join('.')}: ${message}` });
}

/** What the model in a folder is for; undefined where there is no model of pictures. */
export async function imageTaskOf(folder: string): Promise<ImageTask | undefined> {
  try {
    return (await readConfig(folder)).task;
  } catch (error) {
    if (error instanceof InkstoneError && error.code === 'vision/damaged') throw error;
    return undefined;
  }
}

interface Parts {
  readonly saved: SavedConfig;
  readonly encoder: ImageEncoderConfig;
  readonly tensors: NamedTensors;
  readonly tokenizer: () => Promise<SavableTokenizer>;
}

/** How each task's model comes back; a task left out does not compile. */
const readers: { readonly [Task in ImageTask]: (parts: Parts) => Promise<ModelFor<Task>> } = {
  async classify({ saved: { labels = [] }, encoder, tensors }) {
    const specs = imageClassifierSpec(encoder, labels.length);
    return {
      task: 'classify',
      encoder,
      labels,
      params: treeFromTensors(specs, tensors) as ImageClassifierParams,
    };
  },
  async search({ saved, encoder, tensors, tokenizer }) {
    const text = encoderConfig(saved.text as unknown as EncoderOptions);
    const params = treeFromTensors(imageSearchSpec(encoder, text), tensors) as ImageSearchParams;
    return { task: 'search', encoder, text, tokenizer: await tokenizer(), params };
  },
  async caption({ saved, encoder, tensors, tokenizer }) {
    const decoder = decoderConfig(saved.decoder as unknown as DecoderOptions);
    const params = treeFromTensors(captionerSpec(encoder, decoder), tensors) as CaptionerParams;
    return { task: 'caption', encoder, decoder, tokenizer: await tokenizer(), params };
  },
  async draw({ saved, encoder, tensors, tokenizer }) {
    const text = encoderConfig(saved.text as unknown as EncoderOptions);
    // A network that draws is one of patches, whatever a file says.
    const sizes = imageEncoderConfig({ ...encoder, kind: 'patches' });
    const params = treeFromTensors(painterSpec(sizes, text), tensors) as PainterParams;
    return { task: 'draw', encoder: sizes, text, tokenizer: await tokenizer(), params };
  },
};

/** Reads a model, of one task where that is said. @throws when the folder holds none, one of another task, or a damaged one */
export async function loadImageModel<Task extends ImageTask = ImageTask>(
  folder: string,
  task?: Task,
): Promise<ModelFor<Task>> {
  const saved = await readConfig(folder);
  if (task && saved.task !== task) throw wrongTask(folder, task, saved.task);
  const tokenizer = async () => {
    const own = loadTokenizer(await readTokenizerFile(join(folder, TOKENIZER)));
    if (knowsCaptions(own)) return own as SavableTokenizer;
    throw fail('vision/damaged', { folder, reason: `${TOKENIZER} lacks the tokens of languages` });
  };
  try {
    const tensors = tensorsFromFile(await readWeights(folder));
    const encoder = imageEncoderConfig(saved.encoder);
    return (await readers[saved.task]({ saved, encoder, tensors, tokenizer })) as ModelFor<Task>;
  } catch (error) {
    if (!(error instanceof InkstoneError) || error.code.startsWith('io/')) {
      throw describeFileError(error, folder);
    }
    if (error.code === 'vision/damaged') throw error;
    throw fail('vision/damaged', { folder, reason: error.message }, error);
  }
}

async function readTokenizerFile(path: string): Promise<string> {
  const { size } = await stat(path).catch((error) => {
    throw describeFileError(error, path);
  });
  const limit = fileLimits.textFileBytes;
  if (size > limit) throw fail('vision/damaged', { folder: path, reason: `${size} bytes; at most ${limit}` });
  return decodeUtf8(await readFile(path), path);
}
