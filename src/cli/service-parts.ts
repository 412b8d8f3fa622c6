/** A customer service from its file: the plan, the tools that it names, and who tells intents apart. */

import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import {
  type AssistantTool,
  customerService,
  type IntentClassifier,
  intentsByExamples,
  intentsByMeaning,
  type ServiceOptions,
  type ServicePlan,
  servicePlan,
} from '../apps/index.ts';
import { loadClassifier } from '../classify/index.ts';
import { ruleOf } from '../issues.ts';
import type { Embedder } from '../types.ts';
import { openOwnTools } from './assistant-parts.ts';
import { endpointOf } from './endpoints.ts';
import { openEmbedder } from './retrieval.ts';
import { readYamlFile } from './yaml-file.ts';

const planFile = servicePlan
  .extend({
    /** A file of tools, as `inkstone assist --tools` reads it, beside the plan. */
    tools: z.string().min(1).optional(),
    /** A folder of a classifier whose labels are intents, in place of the likeness to examples. */
    classifier: z.string().min(1).optional(),
    /** An encoder that finds the nearest example by meaning: a folder, or URL#MODEL. */
    embedder: z.string().min(1).optional(),
  })
  .refine(
    ({ classifier, embedder }) => classifier === undefined || embedder === undefined,
    ruleOf({ en: 'takes a classifier or an embedder, not both', zh: 'classifier 与 embedder 不能同时给出' }),
  );

export interface ServiceFile {
  readonly plan: ServicePlan;
  /** Files that the plan names, from where this process is. */
  readonly tools: string | undefined;
  readonly classifier: string | undefined;
  readonly embedder: string | undefined;
}

/** @throws `cli/yaml-file` with the place */
export async function readServiceFile(path: string): Promise<ServiceFile> {
  const { tools, classifier, embedder, ...plan } = await readYamlFile(path, planFile);
  const beside = (name: string | undefined) => name && resolve(dirname(path), name);
  const isFolder = embedder !== undefined && endpointOf(embedder) === undefined;
  return {
    plan,
    tools: beside(tools),
    classifier: beside(classifier),
    embedder: isFolder ? beside(embedder) : embedder,
  };
}

export interface OpenedService {
  readonly plan: ServicePlan;
  readonly serve: (
    options: Pick<ServiceOptions, 'collections' | 'writer' | 'notes'>,
  ) => ReturnType<typeof customerService>;
  close(): Promise<void>;
}

/** @throws `apps/service-tool` for a tool that the plan names and its file lacks */
export async function openService(file: ServiceFile, signal: AbortSignal): Promise<OpenedService> {
  const { plan } = file;
  const places = { tools: file.tools, mcp: undefined, weather: undefined };
  const own = await openOwnTools(places, [], signal);
  try {
    const classify = await classifierOf(file);
    const tools: readonly AssistantTool[] = own.tools;
    return {
      plan,
      serve: (options) => customerService({ plan, tools, classify, ...options }),
      close: own.close,
    };
  } catch (error) {
    await own.close();
    throw error;
  }
}

async function classifierOf({
  plan: { intents },
  classifier,
  embedder,
}: ServiceFile): Promise<IntentClassifier> {
  if (classifier !== undefined) return intentsBy(classifier);
  const ready = await embedderOf({ embedder });
  return ready ? intentsByMeaning(intents, ready) : intentsByExamples(intents);
}

/** The embedder that a plan names. */
export const embedderOf = async ({
  embedder,
}: Pick<ServiceFile, 'embedder'>): Promise<Embedder | undefined> =>
  embedder === undefined ? undefined : (await openEmbedder(embedder)).embedder;

/** The label that a classifier gives, as an intent; a margin counts as the odds of a logistic function. */
async function intentsBy(folder: string): Promise<IntentClassifier> {
  const classifier = await loadClassifier(folder);
  return (words) => {
    const [{ scores }] = classifier.classify([words]);
    const [{ label, score }] = scores;
    return { name: label, score: classifier.scores === 'margins' ? 1 / (1 + Math.exp(-score)) : score };
  };
}
