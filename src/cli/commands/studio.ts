/** `inkstone studio [RUN…]`: the studio over every run of a folder; models are loaded when someone asks for them. */

import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { parseRemotes } from '../remotes.ts';
import { latestModel } from '../runs.ts';
import type { studioOptions } from '../serve-options.ts';
import { kitsOf, serveRuns } from './serve.ts';

export async function run({
  args,
  options,
  given,
  terminal,
  signal,
}: CommandContext<typeof studioOptions>): Promise<number> {
  const { port, host, apiKey, remote, index, collection, classifier, recommender, runs, state } = options;
  const { speaker, listener, captioner } = options;
  const { assistant, assistantTools, tutor, service, serviceNotes } = options;
  if (assistantTools !== undefined && assistant === '') {
    throw fail('cli/needs-option', { command: 'studio', option: '--assistant-tools', needed: '--assistant' });
  }
  const latest = args.length > 0 ? undefined : await latestModel(runs);
  const folders = latest === undefined ? args : [latest];
  await serveRuns(folders, terminal, signal, {
    host,
    port,
    orAnyPort: !given.has('port'),
    keys: apiKey === undefined ? [] : apiKey.split(','),
    origins: [],
    remotes: remote === undefined ? [] : parseRemotes(remote),
    ...(index !== undefined && { index: { place: index, collection, isMade: true } }),
    speech: { speaker, listener },
    captioner,
    kits: kitsOf('studio', options),
    recommender,
    ...(assistant !== '' && { assistant: { folder: assistant, tools: assistantTools } }),
    ...(tutor !== '' && { tutor }),
    ...(service !== undefined && { service: { plan: service, notes: serviceNotes } }),
    classifier,
    studio: true,
    runs,
    state,
    isStateGiven: given.has('state'),
  });
  return 0;
}
