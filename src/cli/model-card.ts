/**
 * A model card from what a run knows of itself, in the sections of Mitchell et al. 2019, "Model Cards for Model Reporting";
 * what it cannot know stands there as missing.
 */

import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { hashFiles, latestCheckpoint, openSafetensors } from '../io/index.ts';
import { language } from '../language.ts';
import { isEncoderDecoderConfig, isRecurrentConfig } from '../models/index.ts';
import { labelIn } from '../plots/index.ts';
import { readLastRecords } from '../serve/index.ts';
import { type EnergyRates, energyFigures, type Place, RUN_WEIGHTS } from '../train/index.ts';
import { failCard } from './card-errors.ts';
import { cardFields } from './card-options.ts';
import { type Card, type CardField, type CardFields, cardWriter, inWords } from './card-text.ts';
import { energyLine } from './energy.ts';
import { LAB_FILE, type RunConfig, readRunOfOurs } from './runs.ts';
import { CARD_FIELDS_FILE } from './sign-offs.ts';
import { compactNumber, formatDuration } from './terminal.ts';

/** What a run knows of its model. */
export interface ModelFacts {
  readonly name: string;
  readonly config: RunConfig<object>;
  readonly place: Place;
  /** Numbers in the checkpoint, and its SHA-256. */
  readonly parameters: number;
  readonly sha256: string;
  /** The last evaluation and the last text that was written on the way. */
  readonly scores: Readonly<Record<string, unknown>> | undefined;
  readonly sample: { readonly text: string; readonly rep4: number } | undefined;
  readonly lab: LabOfCard | undefined;
}

/** Enough of the metrics for the last evaluation and sample. */
const TAIL_BYTES = 2 << 20;

/** Reads what a run knows. @throws where it has no checkpoint. */
export async function modelFacts(folder: string): Promise<ModelFacts> {
  const { run, config } = await readRunOfOurs<object>(folder);
  const { checkpoint } = await latestCheckpoint(folder);
  const weights = checkpoint?.files.get(RUN_WEIGHTS);
  if (!checkpoint || !weights || !run.place) throw failCard('cli/no-weights', { folder });
  const { tensors, close } = await openSafetensors(weights);
  await close();
  let parameters = 0;
  for (const [path, { shape }] of tensors)
    if (!path.startsWith('training.')) parameters += shape.reduce((a, b) => a * b, 1);
  const last = await readLastRecords(join(folder, 'metrics.jsonl'), TAIL_BYTES);
  const { [RUN_WEIGHTS]: sha256 } = await hashFiles(checkpoint.folder, [RUN_WEIGHTS]);
  return {
    name: basename(resolve(folder)),
    config,
    place: run.place,
    parameters,
    sha256,
    scores: last.findLast(({ type }) => type === 'evaluation'),
    sample: last.findLast(({ type }) => type === 'sample') as ModelFacts['sample'],
    lab: await readLab(folder),
  };
}

const label = z.union([z.string(), z.object({ en: z.string(), zh: z.string() })]);
const labOfCard = z.object({
  data: z.string(),
  repeats: z.boolean(),
  settings: z.object({ prompts: z.number(), tokens: z.number() }),
  columns: z.array(z.object({ title: label })),
  rows: z.array(z.object({ name: label, cells: z.array(z.string()) })),
});

/** What a card says of the lab's report. */
type LabOfCard = z.infer<typeof labOfCard>;

/** NOTE A report that somebody cut is as good as none: the lab can run again. */
const readLab = (folder: string): Promise<LabOfCard | undefined> =>
  readFile(join(folder, LAB_FILE), 'utf8')
    .then((text) => labOfCard.parse(JSON.parse(text)))
    .catch(() => undefined);

/** What the user said of a run for its card; kept beside it. @throws `cli/card-fields`. */
export async function readCardFields(folder: string): Promise<CardFields | undefined> {
  const path = join(folder, CARD_FIELDS_FILE);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return fieldsOfCard.parse(JSON.parse(text));
  } catch {
    throw failCard('cli/card-fields', { path });
  }
}

const fieldsOfCard = z.partialRecord(z.enum(Object.keys(cardFields) as CardField[]), z.string());

function kindOf({ model, training, head, tuning }: RunConfig<object>): string {
  if (head) return inWords(`${head.on} with a head for ${head.task}`, `带 ${head.task} 任务头的 ${head.on}`);
  if (tuning && tuning.method !== 'full')
    return inWords(`adapter (${tuning.method})`, `适配器（${tuning.method}）`);
  if (training.masked) return inWords('encoder that guesses hidden tokens', '猜被遮盖词元的编码器');
  if (isEncoderDecoderConfig(model)) return inWords('encoder–decoder', '编码器–解码器');
  if (isRecurrentConfig(model))
    return inWords(`recurrent model (${model.cell})`, `循环模型（${model.cell}）`);
  return inWords('decoder that writes on', '续写文本的解码器');
}

/** The card of a model; `isExported` puts the lines on top that Hugging Face reads. */
export function modelCard(
  facts: ModelFacts,
  fields: CardFields,
  { rates, isExported = false }: { readonly rates: EnergyRates; readonly isExported?: boolean },
): Card {
  const { name, config, place, parameters, sha256 } = facts;
  const { data, training, tokenizer, init } = config;
  const { row, section, text, field, card } = cardWriter(
    inWords(`Model card: ${name}`, `模型说明卡：${name}`),
    fields,
  );
  section(inWords('Model details', '模型概况'));
  field('author');
  field('contact');
  field('license');
  row(inWords('kind', '类型'), kindOf(config));
  row(inWords('parameters', '参数量'), `${compactNumber(parameters)} (${parameters})`);
  row(inWords('settings', '结构设置'), `\`${JSON.stringify(config.model)}\``);
  row(inWords('SHA-256 of the weights', '权重的 SHA-256'), `\`${sha256}\``);
  row(inWords('tokenizer', '分词器'), `\`${tokenizer.fingerprint}\``);
  if (init) {
    const from = `${init.run}, ${inWords('step', '步数')} ${init.step}, SHA-256 \`${init.sha256}\``;
    row(inWords('began as', '起始模型'), from);
  }
  row(
    inWords('training', '训练'),
    inWords(
      `${place.step} steps, ${compactNumber(place.tokens)} tokens, ${formatDuration(place.seconds)}, seed ${training.seed}`,
      `${place.step} 步，${compactNumber(place.tokens)} 个词元，${formatDuration(place.seconds)}，种子 ${training.seed}`,
    ),
  );
  row(inWords('recipe', '配方'), `\`${JSON.stringify(training)}\``);
  section(inWords('Intended use', '预期用途'));
  field('intendedUse');
  field('outOfScope');
  section(inWords('Factors', '影响因素'));
  field('groups');
  section(inWords('Metrics and quantitative analyses', '指标与定量分析'));
  writeScores(facts, row, text);
  section(inWords('Evaluation data', '评测数据'));
  text(
    inWords(
      `Held out of the same source; no other text was looked at. Documents: ${data.heldOutDocuments}.`,
      `留出自同一来源，共 ${data.heldOutDocuments} 篇；没有用别的文本评测。`,
    ),
  );
  section(inWords('Training data', '训练数据'));
  row(inWords('source', '来源'), `\`${data.source}\``);
  row(inWords('SHA-256 of the text', '文本的 SHA-256'), `\`${data.sha256}\``);
  row(inWords('documents', '篇数'), data.documents);
  row(inWords('tokens', '词元数'), data.trainTokens);
  row(inWords('prepared', '预处理'), `\`${JSON.stringify(data.prepared ?? {})}\``);
  field('dataLicense');
  section(inWords('Energy and cost', '能耗与费用'));
  text(place.energy ? energyLine(energyFigures(place.energy, rates)) : inWords('Not metered.', '未计量。'));
  section(inWords('Ethical considerations', '伦理考量'));
  field('risks');
  section(inWords('Caveats and known limits', '注意事项与已知局限'));
  for (const limit of knownLimits(facts)) text(`- ${limit}`);
  return card(isExported ? frontMatter(facts, fields) : '');
}

type Writer = ReturnType<typeof cardWriter>;

function writeScores({ scores, sample, lab }: ModelFacts, row: Writer['row'], text: Writer['text']): void {
  const number = (name: string): number | undefined =>
    typeof scores?.[name] === 'number' ? (scores[name] as number) : undefined;
  const loss = number('heldOutLoss');
  const bits = number('bitsPerCharacter');
  const masked = number('maskedPerplexity');
  if (loss === undefined) text(inWords('- No held-out loss was measured.', '- 未测留出损失。'));
  else row(inWords('held-out loss, nats/token', '留出损失，奈特/词元'), loss.toFixed(4));
  if (bits !== undefined) row(inWords('bits/character', '比特/字'), bits.toFixed(3));
  if (masked !== undefined)
    row(inWords('perplexity of a hidden token', '被遮盖词元的困惑度'), masked.toFixed(1));
  if (sample) {
    row(
      inWords('repeated 4-grams of the last sample', '最后一篇样例的 4 元组重复率'),
      `${sample.rep4.toFixed(0)} %`,
    );
  }
  if (!lab) return;
  const { data, settings, columns, rows } = lab;
  const lang = language();
  const cells = (all: readonly string[]): string => `| ${all.join(' | ')} |`;
  text(
    '',
    inWords(
      `Repetition report (inkstone repeat lab; ${data}, ${settings.prompts} texts of ${settings.tokens} tokens):`,
      `复读报告（inkstone repeat lab；${data}，${settings.prompts} 篇，各 ${settings.tokens} 个词元）：`,
    ),
    '',
    cells([inWords('strategy', '策略'), ...columns.map(({ title }) => labelIn(title, lang))]),
    cells(Array.from({ length: columns.length + 1 }, () => '---')),
    ...rows.map(({ name, cells: own }) => cells([labelIn(name, lang), ...own])),
  );
}

/** Tokens of text for each parameter that pay best (Hoffmann et al. 2022). */
const TOKENS_PER_PARAMETER = 20;

/** What follows from what is known. */
function knownLimits({ config, place, parameters, lab }: ModelFacts): string[] {
  const { model, data, tuning } = config;
  const { contextLength } = model as { contextLength?: number };
  const ratio = place.tokens / parameters;
  return [
    ...(ratio < TOKENS_PER_PARAMETER && !config.init
      ? [
          inWords(
            `It read ${ratio.toPrecision(2)} tokens for each of its parameters, and about ${TOKENS_PER_PARAMETER} are what pays (Hoffmann et al. 2022): it has not learnt all it could.`,
            `每个参数只读了 ${ratio.toPrecision(2)} 个词元，而约 ${TOKENS_PER_PARAMETER} 个才合算（Hoffmann 等 2022）：它还没有学到头。`,
          ),
        ]
      : []),
    ...(contextLength === undefined
      ? []
      : [
          inWords(
            `It was trained on texts of at most ${contextLength} tokens.`,
            `训练文本最长 ${contextLength} 个词元。`,
          ),
        ]),
    ...(tuning?.answers
      ? []
      : [
          inWords(
            'It was not taught to answer, to refuse or to be truthful: what it writes may be false, and sounds like its source.',
            '没有教过它回答、拒绝或求真：所写内容可能不实，只是像其来源。',
          ),
        ]),
    inWords(
      'Bias, harmful language and what it remembers word for word of its text were not measured here.',
      '此处没有测量偏见、有害言语，以及它逐字记住了多少原文。',
    ),
    data.prepared?.maskPersonal
      ? inWords(
          'Personal data were masked by their form only; names and addresses of people were not.',
          '个人信息只按格式遮盖；姓名与住址没有遮盖。',
        )
      : inWords(
          'Personal data in its text were not masked, and it may repeat them.',
          '文本中的个人信息没有遮盖，它可能照写出来。',
        ),
    lab
      ? lab.repeats
        ? inWords(
            'It repeats itself; the table above says with which decoding less.',
            '它会复读；上表说明哪种解码复读较少。',
          )
        : inWords('It was not found to repeat itself more than people do.', '未发现它比人更爱复读。')
      : inWords(
          'Its repetition was not measured; inkstone repeat lab does that.',
          '没有测过它的复读；可用 inkstone repeat lab 测量。',
        ),
  ];
}

/** What Hugging Face reads at the top of a README. */
function frontMatter({ config }: ModelFacts, { license }: CardFields): string {
  const about = {
    library_name: 'transformers',
    ...(license && { license }),
    ...(!config.head && !config.training.masked && { pipeline_tag: 'text-generation' }),
    tags: ['inkstone'],
  };
  return `---\n${stringify(about)}---\n\n`;
}
