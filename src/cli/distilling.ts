/** A decoder that learns under another one: the teacher where it lies, and both models as `adapt/` sees them. */

import {
  type DistillationMaps,
  type DistillationOptions,
  distillationMaps,
  distilledLoss,
  type Reading,
  type Student,
  type Teacher,
} from '../adapt/index.ts';
import { sample } from '../decode/index.ts';
import {
  createLanguageModel,
  type DecoderConfig,
  type DecoderParams,
  hidden,
  logitsOf,
  namedTensors,
  surpriseAt,
  tensorsToFile,
} from '../models/index.ts';
import type { Rng } from '../rng.ts';
import { reshape, type Tensor } from '../tensor/index.ts';
import { fingerprint } from '../text/index.ts';
import type { CuredLoss } from '../train/index.ts';
import type { Tokenizer } from '../types.ts';
import { distillationWays } from './distill-options.ts';
import { fail } from './errors.ts';
import { openModel, requireDecoder } from './models.ts';
import { flagOf } from './options.ts';
import type { Distillation } from './recipe.ts';
import { type EarlierRun, initialWeights } from './runs.ts';
import type { TrainContext } from './train-parts.ts';

/** A teacher's model, its vocabulary, and by what it is known again. */
async function readTeacher(path: string) {
  const stored = requireDecoder('--teacher', await openModel(path));
  const params = await stored.params();
  const step = stored.run?.run.place?.step ?? 0;
  const { run, sha256 } = initialWeights(path, step, tensorsToFile(namedTensors(params)));
  return { ...stored, params, record: { run, step, sha256 } };
}

export type OpenedTeacher = Awaited<ReturnType<typeof readTeacher>>;

/** The teacher that is named, or that the run which is there began with; and what is learned of it. */
export async function findTeacher({ options, given }: TrainContext, earlier: EarlierRun | undefined) {
  const before = earlier?.config.training.distillation;
  const path = options.teacher ?? before?.teacher.run;
  if (path === undefined) {
    const idle = ['distill', 'distillShare', 'distillTemperature'].find((name) => given.has(name));
    if (idle) throw fail('cli/needs-option', { command: 'train', option: flagOf(idle), needed: '--teacher' });
    return undefined;
  }
  const opened = await readTeacher(path);
  const { tokenizer, run, config, record } = opened;
  const isSame = options.teacher !== undefined || record.sha256 === before?.teacher.sha256;
  if (!isSame) throw fail('cli/teacher-changed', { path });
  const asked = {
    ...(given.has('distill') && { ways: waysOf(options.distill) }),
    ...(given.has('distillShare') && { share: options.distillShare }),
    ...(given.has('distillTemperature') && { temperature: options.distillTemperature }),
  };
  const usual = {
    ways: waysOf(options.distill),
    share: options.distillShare,
    temperature: options.distillTemperature,
  };
  const distillation: Distillation = { ...(before ?? usual), ...asked, teacher: record };
  refuseIdle(given, distillation.ways);
  const tokenizerMade = run?.config.tokenizer.made ?? ('given' as const);
  return { opened, tokenizer, tokenizerMade, config, distillation };
}

/** What each option has an effect with. */
const READERS = [
  ['distillTemperature', ['logits']],
  ['distillShare', ['logits', 'sequence']],
] as const;

/** An option that would have no effect is refused. */
function refuseIdle(given: TrainContext['given'], ways: Distillation['ways']): void {
  for (const [name, readers] of READERS) {
    if (!given.has(name) || readers.some((way) => ways.includes(way))) continue;
    const needed = `--distill ${readers.join('|')}`;
    throw fail('cli/needs-option', { command: 'train', option: flagOf(name), needed });
  }
}

function waysOf(list: string): Distillation['ways'] {
  const names = list.split(',').map((name) => name.trim());
  const ways = distillationWays.filter((way) => names.includes(way));
  if (ways.length === names.length) return ways;
  const known = distillationWays.join(', ');
  throw fail('cli/value', {
    command: 'train',
    option: '--distill',
    rule: `one or more of ${known}, each once`,
    zhRule: `列出 ${distillationWays.join('、')} 中的一项或多项，各一次`,
    got: list,
  });
}

/** What a student's training is made of under a teacher. */
export interface DistilledLesson {
  readonly maps: DistillationMaps | undefined;
  readonly loss: CuredLoss<DecoderParams>;
}

/** What a student learns of its teacher. @throws where they have no common ground. */
export function distilledLesson(
  { teacher: { run: path }, ...how }: Distillation,
  teacher: OpenedTeacher,
  { config, tokenizer, seed }: { config: DecoderConfig; tokenizer: Tokenizer; seed: number },
): DistilledLesson {
  const isSame =
    fingerprint(teacher.tokenizer) === fingerprint(tokenizer) &&
    teacher.config.vocabSize === config.vocabSize;
  if (!isSame) throw fail('cli/teacher-vocabulary', { path });
  const { contextLength } = config;
  const most = teacher.config.contextLength;
  if (contextLength > most) throw fail('cli/teacher-context', { path, most, got: contextLength });
  const options: DistillationOptions = { ...how, seed };
  const loss = distilledLoss(studentOf(config), teacherOf(teacher.params, teacher.config), options);
  return {
    maps: distillationMaps(config, teacher.config, options),
    loss: Object.assign(loss, { isMixed: false }),
  };
}

const studentOf = (config: DecoderConfig): Student<DecoderParams> => ({
  layers: config.layers,
  width: config.width,
  read: (params, ids, dropoutSeed) => readDecoder(params, config, ids, dropoutSeed),
});

function readDecoder(
  params: DecoderParams,
  config: DecoderConfig,
  ids: Tensor,
  dropoutSeed?: number,
): Reading {
  const states: Tensor[] = [];
  const x = hidden(params, config, ids, { dropoutSeed, look: (state) => states.push(state) });
  return {
    states,
    logits: () => reshape(logitsOf(params, config, x), [ids.size, config.vocabSize]),
    likelihood: (targets) => surpriseAt(params, config, x, targets, {}),
  };
}

function teacherOf(params: DecoderParams, config: DecoderConfig): Teacher {
  const model = createLanguageModel(params, config);
  const choose = sample();
  return {
    layers: config.layers,
    width: config.width,
    read: (ids) => readDecoder(params, config, ids),
    continueTexts(texts, length, rng: Rng) {
      const sequences = texts.map(() => model.open());
      try {
        const whole = texts.map((text) => {
          const ids = new Int32Array(length);
          ids.set(text);
          return ids;
        });
        let from = 0;
        for (let to = texts[0].length; to < length; from = to++) {
          const results = model.step(
            sequences.map((sequence, i) => ({ sequence, ids: whole[i].subarray(from, to) })),
          );
          results.forEach(({ logits }, i) => {
            whole[i][to] = choose(logits[0], rng);
          });
        }
        return whole;
      } finally {
        for (const sequence of sequences) sequence.close();
      }
    },
  };
}
