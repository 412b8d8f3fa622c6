/** `inkstone tokenizer train | extend`: vocabularies learned from text. */

import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import {
  extendTokenizer,
  loadTokenizer,
  type SavableTokenizer,
  saveTokenizer,
  type TrainingProgress,
  trainBpe,
  trainUnigram,
  trainWordPiece,
} from '../../text/index.ts';
import type { CommandContext } from '../command.ts';
import { loadDocuments, readTextFile } from '../corpus.ts';
import { fail } from '../errors.ts';
import type { tokenizerOptions } from '../tokenizer-options.ts';

type Context = CommandContext<typeof tokenizerOptions>;

const say = defineMessages({
  counting: {
    en: (d: { done: number }) => `counting words: ${d.done} texts`,
    zh: (d) => `统计词频：${d.done} 篇`,
  },
  merging: {
    en: (d: { done: number; total: number }) => `merging: ${d.done}/${d.total} tokens`,
    zh: (d) => `合并：${d.done}/${d.total} 个词元`,
  },
  estimating: {
    en: (d: { done: number; total: number }) => `estimating and pruning: round ${d.done} of about ${d.total}`,
    zh: (d) => `估计并删减：第 ${d.done} 轮，共约 ${d.total} 轮`,
  },
  written: {
    en: (d: { file: string; size: number }) => `${d.file}: ${d.size} tokens`,
    zh: (d) => `${d.file}：${d.size} 个词元`,
  },
  extended: {
    en: (d: { file: string; size: number; added: number }) =>
      `${d.file}: ${d.size} tokens, ${d.added} of them new; --json names the old tokens that each stood for`,
    zh: (d) => `${d.file}：${d.size} 个词元，其中新增 ${d.added} 个；--json 会列出每个新词元原来对应的旧词元`,
  },
});

/** The texts of `--data`, and what training reports to the terminal. */
async function prepare(verb: string, { options, terminal, signal }: Context) {
  const { data, offline, textColumn } = options;
  if (!data) throw fail('cli/missing-value', { command: `tokenizer ${verb}`, option: '--data' });
  const { documents } = await loadDocuments(data, { terminal, signal, offline, prepare: { textColumn } });
  return {
    texts: documents.map((document) => document.text),
    pace: {
      signal,
      onProgress: ({ phase, done, total }: TrainingProgress) => {
        if (phase === 'count') terminal.live(say('counting', { done }));
        else terminal.live(say(phase === 'merge' ? 'merging' : 'estimating', { done, total: total! }));
      },
    },
  };
}

export async function train(context: Context): Promise<void> {
  const { args, options, terminal } = context;
  if (args[1] !== undefined) {
    throw fail('cli/too-many-arguments', { command: 'tokenizer train', got: args[1], takesData: true });
  }
  const { texts, pace } = await prepare('train', context);
  const common = {
    ...pace,
    vocabSize: options.vocabSize,
    minFrequency: options.minFrequency,
    ...(options.special && { specialTokens: options.special.split(',') }),
  };
  const tokenizer = await trainKind(context, texts, common);
  terminal.endLive({ keep: false });
  await writeFileAtomic(options.out, saveTokenizer(tokenizer));
  terminal.json({ file: options.out, vocabSize: tokenizer.vocabSize });
  terminal.print(say('written', { file: options.out, size: tokenizer.vocabSize }));
}

function trainKind(
  { options, given }: Context,
  texts: readonly string[],
  common: Parameters<typeof trainUnigram>[1],
): Promise<SavableTokenizer> {
  const { kind, pattern } = options;
  const command = 'tokenizer train';
  if (kind === 'unigram') return trainUnigram(texts, { ...common, pattern });
  if (kind === 'wordpiece') {
    if (given.has('pattern')) {
      const reason = { reason: 'words are cut as BERT does', zhReason: '词按 BERT 的方式切分' };
      throw fail('cli/conflict', { command, options: ['--kind wordpiece', '--pattern'], ...reason });
    }
    return trainWordPiece(texts, common);
  }
  if (pattern === 'metaspace') {
    const reason = {
      reason: 'byte-level BPE has its own sign for a space',
      zhReason: '字节级 BPE 自有空格的写法',
    };
    throw fail('cli/conflict', { command, options: ['--kind bpe', '--pattern metaspace'], ...reason });
  }
  return trainBpe(texts, { ...common, pattern });
}

export async function extend(context: Context): Promise<void> {
  const { args, options, given, terminal } = context;
  const [, file] = args;
  if (file === undefined) {
    const example =
      'inkstone tokenizer extend latin.json --data poems.txt --vocab-size 12000 --out both.json';
    throw fail('cli/missing-argument', { command: 'tokenizer extend', argument: 'file', example });
  }
  if (args[2] !== undefined) {
    throw fail('cli/too-many-arguments', { command: 'tokenizer extend', got: args[2], takesData: true });
  }
  // A model may need the old file: it is never overwritten without a word.
  if (!given.has('out')) throw fail('cli/missing-value', { command: 'tokenizer extend', option: '--out' });
  const old = loadTokenizer(await readTextFile(file));
  const { texts, pace } = await prepare('extend', context);
  const { vocabSize, minFrequency, matching } = options;
  const { tokenizer, added } = await extendTokenizer(old, texts, {
    ...pace,
    vocabSize,
    minFrequency,
    matching,
  });
  terminal.endLive({ keep: false });
  await writeFileAtomic(options.out, saveTokenizer(tokenizer));
  const size = tokenizer.vocabSize;
  terminal.json({
    file: options.out,
    vocabSize: size,
    added: added.map(({ id, from }) => ({ id, token: tokenizer.decode([id]), from })),
  });
  terminal.print(say('extended', { file: options.out, size, added: added.length }));
}
