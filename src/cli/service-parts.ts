/** A customer service from its file: the plan, the tools that it names, and who tells intents apart. */

import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import {
  type IntentClassifier,
  intentsByExamples,
  intentsByMeaning,
  type ServicePlan,
  serviceByPlan,
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
  readonly serve: ReturnType<typeof serviceByPlan>;
  close(): Promise<void>;
}

/** Everything that the plan names, made ready once. @throws `apps/service-tool` for a tool that it names and its file lacks */
export async function openService(file: ServiceFile, signal: AbortSignal): Promise<OpenedService> {
  const { plan } = file;
  const places = { tools: file.tools, mcp: undefined, weather: undefined };
  const own = await openOwnTools(places, [], signal);
  try {
    const classify = await classifierOf(file);
    return { plan, serve: serviceByPlan({ plan, tools: own.tools, classify }), close: own.close };
  } catch (error) {
    await own.close();
    throw error;
  }
}

async function classifierOf(file: ServiceFile): Promise<IntentClassifier> {
  const { intents } = file.plan;
  const own = await ownClassifierOf(file);
  if (own) return own;
  const embedder = await embedderOf(file);
  return embedder ? intentsByMeaning(intents, embedder) : intentsByExamples(intents);
}

/** The classifier that a plan names. */
export const ownClassifierOf = async ({
  classifier,
}: Pick<ServiceFile, 'classifier'>): Promise<IntentClassifier | undefined> =>
  classifier === undefined ? undefined : intentsBy(classifier);

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
