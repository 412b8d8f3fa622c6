/** `inkstone image train`: from a table of pictures to a saved model with its scores. */

import { classificationScores, confusionMatrix, mostFrequent } from '../eval/index.ts';
import { defineMessages, type Language } from '../language.ts';
import { countParameters } from '../nn/index.ts';
import {
  checkImageFolder,
  classifyImages,
  type ImageEncoderConfig,
  type ImageLearningOptions,
  type ImageModel,
  type ImageRow,
  type ImageSet,
  type ImageTask,
  imageEncoderConfig,
  type Judgement,
  type Judges,
  judgeDrawer,
  loadImageModel,
  readImageRows,
  type ScenePart,
  saveImageModel,
  splitImageRows,
  testCaptioner,
  testDrawer,
  testImageSearch,
  trainCaptioner,
  trainDrawer,
  trainImageClassifier,
  trainImageSearch,
} from '../vision/index.ts';
import type { ImageContext } from './commands/image.ts';
import { fail } from './errors.ts';
import { flagOf } from './options.ts';
import { readPictures } from './pictures.ts';
import { quoteWord } from './shell-words.ts';
import { compactNumber, etaSince, formatTable, type ProgressBar, type Terminal } from './terminal.ts';

const say = defineMessages({
  begin: {
    en: (d: { train: number; test: number; unit: string; apart: string }) =>
      `${d.train} ${d.unit} to learn from, ${d.test} held out; no ${d.apart} is on both sides`,
    zh: (d) => `${d.train} ${d.unit}用于学习，${d.test} ${d.unit}留出检验；没有${d.apart}同在两边`,
  },
  pictures: { en: () => 'pictures', zh: () => '张图片' },
  captions: { en: () => 'captions', zh: () => '条说明' },
  picture: { en: () => 'picture', zh: () => '图片' },
  caption: { en: () => 'picture or caption', zh: () => '图片或说明' },
  live: {
    en: (d: { percent: string; loss: string; eta: string }) => `${d.percent}% loss ${d.loss} eta ${d.eta}`,
    zh: (d) => `${d.percent}% 损失 ${d.loss} 剩余 ${d.eta}`,
  },
  learnt: {
    en: (d: { parameters: string; seconds: string }) =>
      `${d.parameters} parameters, learnt in ${d.seconds} s`,
    zh: (d) => `${d.parameters} 个参数，学习用时 ${d.seconds} 秒`,
  },
  accuracy: {
    en: (d: { accuracy: string; f1: string; baseline: string }) =>
      `accuracy ${d.accuracy}, macro F1 ${d.f1}; always the usual label: ${d.baseline}`,
    zh: (d) => `准确率 ${d.accuracy}，宏平均 F1 ${d.f1}；一律猜最常见的标签：${d.baseline}`,
  },
  confusion: { en: () => 'right ↓ said →', zh: () => '实际↓ 判为→' },
  searchHead: {
    en: () =>
      'captions|pairs|text → picture: first|among 5|picture → text: first|among 5|chance: first|among 5',
    zh: () => '说明|对数|以文找图：首位|前 5|以图找文：首位|前 5|随机：首位|前 5',
  },
  captionHead: {
    en: () => 'captions|pictures|word for word|BLEU|the usual caption: word for word|BLEU',
    zh: () => '说明|图片|完全一致|BLEU|一律最常见的说明：完全一致|BLEU',
  },
  choiceHead: {
    en: () => 'captions|pictures|finds the right one of some|by chance',
    zh: () => '说明|图片|从几条中选对|随机',
  },
  drawHead: {
    en: () =>
      'drawn from|prompts|matches|by chance|read back word for word|right part by part|other seeds differ by|nearest learnt',
    zh: () => '来源|提示|相符|随机|配文完全一致|各项正确|不同种子之差|与最近所学之差',
  },
  drawn: { en: (d: { of: string }) => `${d.of}, drawn`, zh: (d) => `${d.of}，所画` },
  real: { en: (d: { of: string }) => `${d.of}, real`, zh: (d) => `${d.of}，真图` },
  colour: { en: () => 'colour', zh: () => '颜色' },
  shape: { en: () => 'shape', zh: () => '形状' },
  size: { en: () => 'size', zh: () => '大小' },
  place: { en: () => 'place', zh: () => '位置' },
  otherColour: { en: () => 'other colour', zh: () => '另一颜色' },
  otherShape: { en: () => 'other shape', zh: () => '另一形状' },
  judging: { en: () => 'drawing held-out captions', zh: () => '按留出的说明作画' },
  en: { en: () => 'English', zh: () => '英文' },
  zh: { en: () => 'Chinese', zh: () => '中文' },
  saved: {
    en: (d: { folder: string; command: string }) => `saved in ${d.folder}; to use it: ${d.command}`,
    zh: (d) => `已存入 ${d.folder}；使用：${d.command}`,
  },
});

interface Sides {
  readonly train: readonly ImageRow[];
  readonly heldOut: readonly ImageRow[];
}

interface Scored {
  readonly model: ImageModel;
  /** For machines. */
  readonly scores: object;
  /** For people. */
  readonly lines: readonly string[];
}

type Train = (
  sides: Sides,
  images: ImageSet,
  encoder: ImageEncoderConfig,
  options: ImageLearningOptions,
  /** Who looks at drawings, and where it is shown how far they have come. */
  looking: { readonly judges: Judges; readonly openBar: () => ProgressBar },
) => Promise<{ readonly model: ImageModel; readonly score: () => Promise<Omit<Scored, 'model'>> }>;

export const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const tableOf = (head: string, rows: readonly (readonly string[])[]): string[] =>
  formatTable([head.split('|'), ...rows]).map((line) => `  ${line}`);
const nameOf = (language: Language): string => say(language, {});

/** More labels make no matrix that fits a page. */
const MATRIX_LABELS = 12;

/** How each task is learnt and tested; a task left out does not compile. */
const tasks: { readonly [Task in ImageTask]: Train } = {
  async classify({ train, heldOut }, images, encoder, options) {
    const model = await trainImageClassifier(train, images, encoder, options);
    return {
      model,
      async score() {
        const files = heldOut.map(({ file }) => file);
        const said = classifyImages(model, images, files).map(({ label }) => label);
        const right = heldOut.map(({ label }) => label!);
        const { accuracy, macro } = classificationScores(said, right);
        const usual = mostFrequent(train.map(({ label }) => label));
        const baseline = right.filter((label) => label === usual).length / right.length;
        const { labels, counts } = confusionMatrix(said, right);
        const matrix = [
          [say('confusion', {}), ...labels],
          ...labels.map((label, i) => [label, ...counts[i].map(String)]),
        ];
        const shown = { accuracy: percent(accuracy), f1: macro.f1.toFixed(3), baseline: percent(baseline) };
        const lines = labels.length > MATRIX_LABELS ? [] : formatTable(matrix).map((line) => `  ${line}`);
        return {
          scores: { labels, accuracy, macroF1: macro.f1, baseline, confusion: counts },
          lines: [say('accuracy', shown), ...lines],
        };
      },
    };
  },
  async search({ train, heldOut }, images, encoder, options) {
    const model = await trainImageSearch(train, images, encoder, options);
    return {
      model,
      async score() {
        const recall = testImageSearch(model, images, heldOut);
        const rows = recall.map(({ language, pairs, textToImage, imageToText, chance }) => [
          nameOf(language),
          String(pairs),
          ...[textToImage, imageToText, chance].flatMap(({ at1, at5 }) => [percent(at1), percent(at5)]),
        ]);
        return { scores: { recall }, lines: tableOf(say('searchHead', {}), rows) };
      },
    };
  },
  async caption(sides, images, encoder, options) {
    const model = await trainCaptioner(sides.train, images, encoder, options);
    return {
      model,
      async score() {
        const scores = await testCaptioner(model, images, sides, { signal: options.signal });
        const rows = scores.map(({ language, pictures, exact, bleu, baseline }) => [
          nameOf(language),
          String(pictures),
          ...[percent(exact), bleu.toFixed(1), percent(baseline.exact), baseline.bleu.toFixed(1)],
        ]);
        return { scores: { captions: scores }, lines: tableOf(say('captionHead', {}), rows) };
      },
    };
  },
  async draw(sides, images, encoder, options, { judges, openBar }) {
    const model = await trainDrawer(sides.train, images, encoder, options);
    return {
      model,
      async score() {
        const { seed, signal } = options;
        const choices = await testDrawer(model, images, sides.heldOut, { seed, signal });
        const rows = choices.map(({ language, pairs, right, chance }) => [
          nameOf(language),
          String(pairs),
          ...[right, chance].map(percent),
        ]);
        const lines = tableOf(say('choiceHead', {}), rows);
        if (!judges.searcher && !judges.captioner) return { scores: { choices }, lines };
        const bar = openBar();
        const judging = { seed, signal, onProgress: (share: number) => bar.update(share) };
        const drawings = await judgeDrawer(model, judges, images, sides, judging).finally(() => bar.stop());
        const table = drawings.flatMap(
          ({ language, prompts, chance, drawn, real, variety, nearestLearnt }) => {
            const of = nameOf(language);
            const row = (name: 'drawn' | 'real', judged: Judgement, numbers: readonly number[]) => [
              ...[say(name, { of }), String(prompts), ...judgedCells(judged, chance)],
              ...numbers.map((number) => number.toFixed(1)),
            ];
            return [
              row('drawn', drawn, [variety.samePrompt, nearestLearnt.drawn]),
              row('real', real, [variety.real, nearestLearnt.real]),
            ];
          },
        );
        return { scores: { choices, drawings }, lines: [...lines, ...tableOf(say('drawHead', {}), table)] };
      },
    };
  },
};

/** What judges say, in the columns of the table; nothing where there is no such judge. */
function judgedCells({ match, exact, parts }: Judgement, chance: number): string[] {
  const share = (value: number | undefined): string => (value === undefined ? '' : percent(value));
  const words = Object.entries(parts ?? {}).map(
    ([name, value]) => `${say(name as ScenePart, {})} ${(100 * value).toFixed(0)}`,
  );
  return [share(match), percent(chance), share(exact), words.join(' ')];
}

/** Whether anything attends: patches to each other, or words of captions. */
const attends = ({ task, encoder }: ImageContext['options']): boolean =>
  encoder === 'patches' || task !== 'classify';

/** What sees a picture, or draws it. */
const encoderKind = ({ task, encoder }: ImageContext['options']): ImageEncoderConfig['kind'] =>
  task === 'draw' ? 'patches' : encoder;

/** Options that would have no effect are refused. */
function checkGiven({ options, given }: ImageContext): void {
  const { task } = options;
  const needs = (option: string, needed: string, isMet: boolean): void => {
    if (given.has(option) && !isMet) {
      throw fail('cli/needs-option', { command: 'image train', option: flagOf(option), needed });
    }
  };
  needs('patch', '--encoder patches', encoderKind(options) === 'patches');
  needs('heads', '--encoder patches, --task search or caption', attends(options));
  needs('labelColumn', '--task classify', task === 'classify');
  for (const judge of ['searcher', 'captioner']) needs(judge, '--task draw', task === 'draw');
  if (given.has('encoder') && options.encoder !== encoderKind(options)) {
    const reason = { reason: 'what draws is made of patches', zhReason: '作画的网络由图块组成' };
    const names = ['--task draw', `--encoder ${options.encoder}`];
    throw fail('cli/conflict', { command: 'image train', options: names, ...reason });
  }
}

export async function trainImages(context: ImageContext): Promise<void> {
  const { options, terminal, signal } = context;
  checkGiven(context);
  const { data, imageSize: size, width, layers, heads, patch, heldOut, seed } = options;
  const task = options.task as ImageTask;
  const { out: folder = `runs/image-${task}`, apart } = options;
  if (data === undefined) throw fail('cli/missing-value', { command: 'image train', option: '--data' });
  // Where nothing attends, nobody may choose the number of heads: it must not bind the width either.
  const chosen = {
    kind: encoderKind(options),
    size,
    width,
    layers,
    heads: attends(options) ? heads : 1,
    patch,
  };
  const encoder = imageEncoderConfig(chosen);
  await checkImageFolder(folder);
  // Read first: what is no judge is said before anything is learnt.
  const { searcher, captioner } = options;
  const judges: Judges = {
    ...(searcher !== undefined && { searcher: await loadImageModel(searcher, 'search') }),
    ...(captioner !== undefined && { captioner: await loadImageModel(captioner, 'caption') }),
  };
  const isLabels = task === 'classify';
  const all = await readImageRows(data, { ...options, needs: isLabels ? 'label' : 'caption', signal });
  const split = splitImageRows(all, { heldOut, seed, apart, byLabel: isLabels });
  // A label belongs to a picture, however many captions it has: all of them say what is kept apart, one row is learnt from.
  const once = (rows: readonly ImageRow[]): readonly ImageRow[] =>
    isLabels ? [...new Map(rows.map((row) => [row.file, row])).values()] : rows;
  const sides = { train: once(split.train), heldOut: once(split.heldOut) };
  const images = await readPictures(
    all.map(({ file }) => file),
    size,
    context,
  );
  const unit = say(isLabels ? 'pictures' : 'captions', {});
  const sizes = { train: sides.train.length, test: sides.heldOut.length };
  terminal.print(say('begin', { ...sizes, unit, apart: say(apart, {}) }));
  const start = performance.now();
  const { epochs, batchSize, lr } = options;
  const onProgress = watch(terminal);
  const learning = { epochs, batchSize, lr, seed, onProgress, signal };
  const openBar = () => terminal.bar(say('judging', {}), 1, (done) => `${(100 * done).toFixed(0)}%`);
  const { model, score } = await tasks[task](sides, images, encoder, learning, { judges, openBar });
  terminal.endLive({ keep: false });
  const seconds = (performance.now() - start) / 1000;
  const parameters = countParameters(model.params);
  terminal.print(say('learnt', { parameters: compactNumber(parameters), seconds: seconds.toFixed(1) }));
  // Kept before it is tested: whoever stops the test keeps what was learnt.
  await saveImageModel(folder, model);
  const { scores, lines } = await score();
  const pictures = images.files.length;
  terminal.json({ type: 'image-model', folder, task, pictures, ...sizes, parameters, seconds, ...scores });
  for (const line of lines) terminal.print(line);
  const use = `npx inkstone image ${task} ${quoteWord(folder)}`;
  const [{ file, text }] = sides.heldOut;
  const rest =
    task === 'search'
      ? `--data ${quoteWord(data)} --text ${quoteWord(text)}`
      : quoteWord(task === 'draw' ? text : file);
  terminal.print(say('saved', { folder, command: `${use} ${rest}` }));
}

/** A live line with the loss and the time that is left. */
function watch(terminal: Terminal): (share: number, loss: number) => void {
  const start = performance.now();
  return (share, loss) => {
    terminal.json({ type: 'progress', share, loss });
    const shown = { percent: (100 * share).toFixed(0), loss: loss.toFixed(3), eta: etaSince(start, share) };
    terminal.live(say('live', shown));
  };
}
