/** What attacks are put to: an endpoint, or a model of this process. */

import { collectTexts, createTextModel, createToolCallReader, greedySearch } from '../decode/index.ts';
import { InkstoneError } from '../errors.ts';
import type { AttackAnswer, AttackTarget } from '../eval/index.ts';
import { createRemoteChat } from '../remote/index.ts';
import { createChatTemplate, encodeParts } from '../text/index.ts';
import { endpointOf } from './endpoints.ts';
import { failMeasure } from './measure-errors.ts';
import { loadModel } from './models.ts';

export interface OpenedTarget extends AttackTarget {
  /** Behind an address: others may be asking it, too. */
  readonly isRemote: boolean;
}

interface TargetOptions {
  readonly maxTokens: number;
  readonly seed: number;
}

/** Opens `URL#MODEL`, a run, a model folder or a .gguf file. Answers are the likeliest ones. */
export async function openAttackTarget(spec: string, options: TargetOptions): Promise<OpenedTarget> {
  const endpoint = endpointOf(spec);
  if (endpoint) return remoteTarget(spec, endpoint, options);
  if (spec.includes('://')) throw failMeasure('cli/target', { target: spec });
  return localTarget(spec, options);
}

function remoteTarget(
  name: string,
  endpoint: NonNullable<ReturnType<typeof endpointOf>>,
  { maxTokens, seed }: TargetOptions,
): OpenedTarget {
  const ask = createRemoteChat(endpoint);
  return {
    name,
    isRemote: true,
    takesTools: true,
    ask: (messages, { tools, signal }) =>
      ask({ messages, tools, maxTokens, temperature: 0, seed, ...(signal && { signal }) }).catch(refusalOf),
  };
}

/** A request that an endpoint does not take is what its own rules may make of an attack. */
function refusalOf(error: unknown): AttackAnswer {
  if (error instanceof InkstoneError && error.code === 'remote/request') return { refusal: error.message };
  throw error;
}

async function localTarget(path: string, { maxTokens }: TargetOptions): Promise<OpenedTarget> {
  const { model, tokenizer, prefixIds, chatTemplate } = await loadModel(path);
  const writer = createTextModel(model, tokenizer, { strategy: greedySearch() });
  const template =
    chatTemplate && createChatTemplate(chatTemplate, { specialTokens: tokenizer.specialTokens.keys() });
  const toolOf = (name: string) => ({ type: 'function', function: { name, parameters: { type: 'object' } } });
  return {
    name: path,
    isRemote: false,
    takesTools: template !== undefined,
    async ask(messages, { tools, signal }) {
      // As the server reads a conversation: by its template, else as plain text.
      const ids = template
        ? encodeParts(
            tokenizer,
            template.render({
              messages: messages.map((message) => ({ ...message })),
              ...(tools.length > 0 && { tools: tools.map(toolOf) }),
            }),
          )
        : [...prefixIds, ...tokenizer.encode(messages.map(({ content }) => content).join('\n'))];
      const { contextLength } = model;
      if (ids.length + maxTokens > contextLength)
        throw failMeasure('cli/attack-room', { path, tokens: ids.length, maxTokens, contextLength });
      const [{ text }] = await collectTexts(writer.generate({ prompt: ids, maxTokens, signal }));
      if (tools.length === 0) return { text, calls: [] };
      const reader = createToolCallReader(tools);
      const parts = [...reader.push(text), ...reader.flush()];
      return { text, calls: parts.flatMap((part) => (part.type === 'call' ? [part.name] : [])) };
    },
  };
}
