/** The formats of `inkstone export`, as a table: how each is written, and what it can hold. */

import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../io/index.ts';
import {
  formatFor,
  type GgufMetadata,
  isDecoderFolder,
  type SaveDecoderOptions,
  saveDecoder,
  saveGguf,
  saveOnnx,
  saveRwkv,
  type WeightDtype,
} from '../models/index.ts';
import { type SavableTokenizer, type TokenizerFile, toGgufVocabulary } from '../text/index.ts';
import { fail } from './errors.ts';
import type { exportOptions } from './export-options.ts';
import { modelName, requireDecoder, type StoredDecoder, type StoredModel } from './models.ts';

type Format = (typeof exportOptions.format.choices)[number];
export type WeightType = (typeof exportOptions.type.choices)[number];

export interface ExportOptions {
  readonly type: WeightType;
  /** A graph that takes and gives keys and values. */
  readonly cache?: boolean;
}

export interface Exporter {
  /** What a name gets that the user did not choose. */
  readonly suffix: string;
  readonly types: readonly WeightType[];
  /** Writes the model; returns the bytes of its weights. */
  readonly write: (out: string, model: StoredModel, options: ExportOptions) => Promise<number>;
}

const sizeOf = async (path: string): Promise<number> => (await stat(path)).size;

export const exporters: { readonly [F in Format]: Exporter } = {
  gguf: {
    suffix: '.gguf',
    types: ['f32', 'f16', 'bf16', 'q8_0', 'q4_0'],
    async write(out, model, { type }) {
      const stored = requireDecoder('export', model);
      const { config } = stored;
      // The tokenizer first: what it cannot say is known before any weight is read.
      const metadata = ggufTokenizer(stored);
      const params = await stored.params();
      await saveGguf(
        out,
        { config, params },
        { type: type.toUpperCase() as Uppercase<WeightType>, metadata },
      );
      return sizeOf(out);
    },
  },
  hf: {
    suffix: '-hf',
    types: ['f32', 'f16', 'bf16'],
    async write(out, stored, { type }) {
      const { config, tokenizer, chatTemplate } = stored;
      // What no format can say is known before anything is written.
      const save = savingOf(stored);
      if ((await stat(join(out, 'config.json')).catch(() => undefined)) && !(await isDecoderFolder(out))) {
        throw fail('cli/export-folder', { out });
      }
      await mkdir(out, { recursive: true });
      const { eosId } = tokenizer;
      const [bosId] = stored.prefixIds;
      await save(out, { eosId, bosId, dtype: type as WeightDtype });
      const spell = (id: number | undefined) =>
        id === undefined ? null : tokenizer.decode([id], { keepSpecial: true });
      const settings = {
        tokenizer_class: 'PreTrainedTokenizerFast',
        bos_token: spell(bosId),
        eos_token: spell(eosId),
        model_max_length: config.contextLength,
        clean_up_tokenization_spaces: false,
        ...(chatTemplate && { chat_template: chatTemplate.template }),
      };
      await writeFileAtomic(join(out, 'tokenizer.json'), json(withPrefix(stored)));
      await writeFileAtomic(join(out, 'tokenizer_config.json'), json(settings));
      return sizeOf(join(out, 'model.safetensors'));
    },
  },
  onnx: {
    suffix: '.onnx',
    types: ['f32', 'f16'],
    async write(out, model, { type, cache }) {
      const { config, params } = requireDecoder('export', model);
      return saveOnnx(out, { config, params: await params() }, { cache, halves: type === 'f16' });
    },
  },
};

type Saving = (folder: string, options: Omit<SaveDecoderOptions, 'format'>) => Promise<void>;

/** How a model is written in Hugging Face's names. */
function savingOf(stored: StoredModel): Saving {
  if (stored.kind === 'recurrent' && stored.config.cell === 'rwkv') {
    const { config, params } = stored;
    return async (out, options) => saveRwkv(out, { config, params: await params() }, options);
  }
  const { config, params } = requireDecoder('export', stored);
  const format = formatFor(config);
  return async (out, options) => saveDecoder(out, { config, params: await params() }, { format, ...options });
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The tokenizer's file, with the step that puts the prefix before a text where the file has none of its own. */
function withPrefix({ tokenizer, prefixIds: [id] }: StoredModel): TokenizerFile {
  const file = (tokenizer as SavableTokenizer).toJSON();
  if (id === undefined || file.post_processor) return file;
  const name = tokenizer.decode([id], { keepSpecial: true });
  const first = { SpecialToken: { id: name, type_id: 0 } };
  const text = (sequence: string) => ({ Sequence: { id: sequence, type_id: 0 } });
  return {
    ...file,
    post_processor: {
      type: 'TemplateProcessing',
      single: [first, text('A')],
      pair: [first, text('A'), text('B')],
      special_tokens: { [name]: { id: name, ids: [id], tokens: [name] } },
    },
  };
}

/** Name and tokenizer as the keys of a GGUF file. */
function ggufTokenizer({ path, config, tokenizer, prefixIds, chatTemplate }: StoredDecoder): GgufMetadata {
  const words = toGgufVocabulary(tokenizer as SavableTokenizer, config.vocabSize);
  const { eosId } = words;
  const [bosId] = prefixIds;
  const key = (name: string): string => `tokenizer.ggml.${name}`;
  return new Map([
    [
      'general.name',
      { type: 'string', value: modelName(path.split(/[\\/]/).filter(Boolean).at(-1) ?? path) },
    ],
    [key('model'), { type: 'string', value: words.model }],
    ...(words.pre === undefined ? [] : [[key('pre'), { type: 'string', value: words.pre }] as const]),
    [key('tokens'), { type: 'array', of: 'string', value: words.tokens }],
    [key('token_type'), { type: 'array', of: 'i32', value: Int32Array.from(words.kinds) }],
    ...(words.merges
      ? [[key('merges'), { type: 'array', of: 'string', value: words.merges }] as const]
      : [
          [
            key('scores'),
            { type: 'array', of: 'f32', value: new Float32Array(words.tokens.length) },
          ] as const,
          [key('add_space_prefix'), { type: 'bool', value: false }] as const,
        ]),
    ...(eosId === undefined ? [] : [[key('eos_token_id'), { type: 'u32', value: eosId }] as const]),
    ...(bosId === undefined ? [] : [[key('bos_token_id'), { type: 'u32', value: bosId }] as const]),
    [key('add_bos_token'), { type: 'bool', value: bosId !== undefined }],
    ...(chatTemplate
      ? [['tokenizer.chat_template', { type: 'string', value: chatTemplate.template }] as const]
      : []),
  ]);
}
