/** One round: who is asked, and what their answers come to, openly or as a sum under masks. */

import { createRng, shuffle } from '../rng.ts';
import type { Conversation, Missing } from './ask.ts';
import { fail } from './errors.ts';
import type { RoundPlace } from './messages.ts';
import type { FederateOptions } from './rounds.ts';
import { thresholdOf } from './secure-party.ts';
import { unmaskSum } from './secure-sum.ts';
import { vectorOf } from './vector.ts';

/** How many of the clients a round asks. */
export const askedCount = (clients: number, share = 1): number => Math.max(1, Math.round(share * clients));

/** The clients of a round, and those of them that are not heard on purpose. */
function drawClients({ clients, share, dropOut = 0, seed }: FederateOptions<unknown>, round: number) {
  const rng = createRng(seed).split('clients').split(round);
  const count = askedCount(clients.length, share);
  const chosen = shuffle([...clients], rng).slice(0, count);
  // Never all: such a round could only fail.
  const rehearsed = new Set(chosen.slice(0, Math.min(count - 1, Math.round(dropOut * count))));
  // In their own order: sums do not depend on the draw.
  return { chosen: clients.filter((client) => chosen.includes(client)), rehearsed };
}

/** What one round comes to: the mean of what clients answer, by their examples. */
export async function meanDifference<Params>(
  options: FederateOptions<Params>,
  place: RoundPlace,
  talk: Conversation,
): Promise<{ readonly mean: Float64Array; readonly names: readonly string[] }> {
  const { isSecure = false, minimum = 1 } = options;
  const { chosen, rehearsed } = drawClients(options, place.round);
  const examples = chosen.reduce((sum, client) => sum + client.examples, 0);
  const shares = new Map(chosen.map((client) => [client.name, client.examples / examples]));
  const weights = vectorOf(options.params);
  const threshold = isSecure ? Math.max(2, thresholdOf(chosen.length)) : 1;
  const require = (count: number): void => {
    const needed = Math.max(minimum, threshold);
    if (count < needed) throw tooFew(place.round + 1, count, needed, talk.missing);
  };
  const among = (names: { has(name: string): boolean }) => chosen.filter(({ name }) => names.has(name));

  const keys = isSecure ? await talk.askAll('keys', chosen, () => place) : undefined;
  if (keys) require(keys.size);
  const peers = Object.fromEntries(keys ?? []);
  const shared = keys && (await talk.askAll('shares', among(keys), () => ({ ...place, peers, threshold })));
  if (shared) require(shared.size);

  const learners = shared ? among(shared) : chosen;
  for (const client of learners)
    if (rehearsed.has(client)) talk.missing.push({ client: client.name, reason: 'rehearsed', at: 'learn' });
  const sealedFor = (name: string) =>
    Object.fromEntries(
      [...shared!].filter(([from]) => from !== name).map(([from, { sealed }]) => [from, sealed[name]]),
    );
  const answers = await talk.askAll(
    'learn',
    learners.filter((client) => !rehearsed.has(client)),
    ({ name }) => ({
      ...place,
      weights,
      share: shares.get(name)!,
      ...(shared && { sealed: sealedFor(name) }),
    }),
  );
  require(answers.size);

  let sum: Float64Array;
  if (keys && shared) {
    const survivors = [...answers.keys()];
    const gone = [...shared.keys()].filter((name) => !answers.has(name));
    const revealed = await talk.askAll('unmask', among(answers), () => ({ ...place, survivors, gone }));
    require(revealed.size);
    const masked = new Map(
      Array.from(answers, ([name, answer]) => [name, (answer as { masked: Uint32Array }).masked]),
    );
    sum = await unmaskSum({ threshold, keys, shared, masked, revealed });
  } else {
    sum = new Float64Array(weights.length + 1);
    for (const [name, answer] of answers) {
      const { values } = answer as { values: Float32Array };
      for (let i = 0; i < sum.length; i++) sum[i] += shares.get(name)! * values[i];
    }
  }
  const names = [...answers.keys()];
  const heard = names.reduce((total, name) => total + shares.get(name)!, 0);
  return { mean: sum.map((x) => x / heard), names };
}

export const tooFew = (round: number, answered: number, needed: number, missing: readonly Missing[]) =>
  fail('federated/too-few', {
    round,
    answered,
    needed,
    missing: missing.map(({ client, reason, detail }) => `${client}: ${detail ?? reason}`),
  });
