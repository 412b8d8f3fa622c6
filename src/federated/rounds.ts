/** The coordinator: rounds of federated averaging (McMahan et al. 2017) over clients that may go away at any moment. */

import { fromArray, scope } from '../tensor/index.ts';
import {
  type Optimizer,
  type Place,
  type Snapshot,
  sgd,
  type TrackedParameter,
  trackParameters,
  uniformGroup,
} from '../train/index.ts';
import { type Conversation, conversation, type Missing } from './ask.ts';
import { fail } from './errors.ts';
import type { FederatedClient, Measured } from './messages.ts';
import { askedCount, meanDifference, tooFew } from './one-round.ts';
import { vectorOf } from './vector.ts';

export interface FederateOptions<Params> {
  /** Of the whole model; trained in place. */
  readonly params: Params;
  readonly clients: readonly FederatedClient[];
  readonly rounds: number;
  /** Part of the clients that is asked in a round, drawn anew each time. Default: all. */
  readonly share?: number;
  readonly seed: number;
  /** What takes the negative mean difference for a gradient; default: `sgd()` at rate 1, which is FedAvg. `adam()` is FedAdam (Reddi et al. 2021). */
  readonly server?: { readonly optimizer: Optimizer; readonly lr: number };
  /** The fewest answers of which a round is made, at most as many as it asks. Default: 1. */
  readonly minimum?: number;
  /** How long a client may take for an answer. */
  readonly deadlineMs: number;
  /** Only sums of differences are seen (see `unmaskSum`). Sizes and held-out losses of clients are told openly. */
  readonly isSecure?: boolean;
  /** A rehearsal: this part of the clients of each round is lost before it answers, in a secure round after it shared secrets. Default: none. */
  readonly dropOut?: number;
  /** Rounds between measurements; the last round is always measured. Default: 1. */
  readonly evaluateEvery?: number;
  /** A checkpoint after each round. */
  readonly save?: (snapshot: Snapshot) => Promise<void> | void;
  readonly resume?: {
    readonly place: Place;
    readonly restore: (tracked: readonly TrackedParameter[]) => void;
  };
  readonly signal?: AbortSignal;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

interface Traffic {
  /** From the coordinator to all clients, and back. */
  readonly bytesDown: number;
  readonly bytesUp: number;
}

export type FederatedEvent =
  | (Traffic & {
      readonly type: 'round';
      /** Rounds done, this one included. */
      readonly step: number;
      /** Mean local loss while learning, in nats per token. */
      readonly loss: number;
      /** Whose answers are in the mean. */
      readonly clients: readonly string[];
      readonly missing: readonly Missing[];
      readonly seconds: number;
      readonly fraction: number;
      readonly etaSeconds: number;
    })
  | { readonly type: 'checkpoint'; readonly step: number }
  | (Traffic & {
      readonly type: 'evaluation';
      readonly step: number;
      /** Over the tokens of all clients that answered. */
      readonly heldOutLoss: number;
      readonly bitsPerCharacter: number;
      readonly clients: readonly (Measured & { readonly client: string })[];
      readonly missing: readonly Missing[];
    })
  | {
      readonly type: 'finish';
      readonly reason: 'done' | 'aborted';
      readonly step: number;
      readonly seconds: number;
      readonly heldOutLoss?: number;
      readonly bitsPerCharacter?: number;
    };

/**
 * Trains in place and tells what happens; ends after `finish`. A round is a pure function of the parameters, the seed and its number, and
 * is saved whole: aborted or failed in the middle it leaves nothing, and the same call with `resume` does it again.
 * @throws `federated/too-few` when a round has fewer answers than `minimum`, or than secrets need to be put together
 */
export async function* federate<Params>(options: FederateOptions<Params>): AsyncGenerator<FederatedEvent> {
  checkOptions(options);
  const { clients, rounds, signal, evaluateEvery = 1, now = () => performance.now() } = options;
  const { optimizer, lr } = options.server ?? { optimizer: sgd(), lr: 1 };
  const tracked = trackParameters(options.params, uniformGroup(optimizer));
  options.resume?.restore(tracked);
  let place: Place = options.resume?.place ?? { step: 0, seconds: 0, tokens: 0 };
  let measured:
    | Pick<Extract<FederatedEvent, { type: 'evaluation' }>, 'heldOutLoss' | 'bitsPerCharacter'>
    | undefined;
  const first = place;
  const size = tracked.reduce((sum, { tensor }) => sum + tensor.size, 1);
  const talkOf = (): Conversation => conversation({ deadlineMs: options.deadlineMs, size, signal });

  const measure = async () => {
    const talk = talkOf();
    const weights = vectorOf(options.params);
    const answers = await talk.askAll('measure', clients, () => ({ weights }));
    if (answers.size === 0) throw tooFew(place.step, answers.size, 1, talk.missing);
    const figures = Array.from(answers, ([client, figure]) => ({ client, ...figure }));
    measured = overall(figures);
    return {
      type: 'evaluation',
      step: place.step,
      ...measured,
      clients: figures,
      ...trafficOf(talk),
    } as const;
  };

  try {
    while (place.step < rounds) {
      signal?.throwIfAborted();
      const started = now();
      const talk = talkOf();
      const at = { round: place.step, rounds };
      const { mean, names } = await meanDifference(options, at, talk);
      scope(() => apply(tracked, mean, optimizer, { step: at.round + 1, lr }));
      if (!tracked.every(({ tensor }) => (tensor.data as Float32Array).every(Number.isFinite)))
        throw fail('federated/diverged', { round: place.step + 1 });
      const seconds = place.seconds + (now() - started) / 1000;
      const heard = clients.filter(({ name }) => names.includes(name));
      place = {
        step: place.step + 1,
        seconds,
        tokens: place.tokens + heard.reduce((sum, { tokensPerRound }) => sum + tokensPerRound, 0),
        firstLoss: place.firstLoss ?? mean[mean.length - 1],
      };
      await options.save?.({ place, tracked });
      yield {
        type: 'round',
        step: place.step,
        loss: mean[mean.length - 1],
        clients: names,
        ...trafficOf(talk),
        seconds,
        fraction: place.step / rounds,
        etaSeconds: ((seconds - first.seconds) / (place.step - first.step)) * (rounds - place.step),
      };
      if (options.save) yield { type: 'checkpoint', step: place.step };
      if (place.step % evaluateEvery === 0 && place.step < rounds) yield await measure();
    }
    yield await measure();
  } catch (error) {
    if (!signal?.aborted) throw error;
    yield { type: 'finish', reason: 'aborted', step: place.step, seconds: place.seconds, ...measured };
    return;
  }
  yield { type: 'finish', reason: 'done', step: place.step, seconds: place.seconds, ...measured };
}

const trafficOf = ({ missing, bytesDown, bytesUp }: Conversation) => ({ missing, bytesDown, bytesUp });

/** The loss of all tokens together. */
export function overall(figures: readonly Measured[]) {
  const sum = (of: (figure: Measured) => number) => figures.reduce((total, figure) => total + of(figure), 0);
  const nats = sum(({ loss, tokens }) => loss * tokens);
  return {
    heldOutLoss: nats / sum(({ tokens }) => tokens),
    bitsPerCharacter: nats / sum(({ characters }) => characters) / Math.LN2,
  };
}

/** One step of the server's optimizer along the mean difference. */
function apply(
  tracked: readonly TrackedParameter[],
  mean: Float64Array,
  optimizer: Optimizer,
  { step, lr }: { readonly step: number; readonly lr: number },
): void {
  let at = 0;
  for (const { tensor, slots } of tracked) {
    const gradient = Float32Array.from(mean.subarray(at, at + tensor.size), (x) => -x);
    at += tensor.size;
    optimizer.update(tensor, fromArray(gradient, tensor.shape, 'f32'), slots, { step, lr, gradScale: 1 });
  }
}

function checkOptions(options: FederateOptions<unknown>): void {
  const { clients, share = 1, minimum = 1, dropOut = 0, rounds, isSecure } = options;
  const asked = askedCount(clients.length, share);
  const rules: readonly [string, number, (x: number) => boolean, string, string][] = [
    [
      'rounds',
      rounds,
      (x) => Number.isInteger(x) && x > 0,
      'a whole number of at least 1',
      '为不小于 1 的整数',
    ],
    ['clients', clients.length, (x) => x >= 1, 'at least 1', '至少有 1 个'],
    ['share', share, (x) => x > 0 && x <= 1, 'in (0, 1]', '在 (0, 1] 之内'],
    [
      'clients',
      asked,
      (x) => !isSecure || (x >= 2 && x <= 255),
      'from 2 to 255 a round with secure sums',
      '在安全求和时每轮为 2 到 255 个',
    ],
    [
      'minimum',
      minimum,
      (x) => Number.isInteger(x) && x >= 1 && x <= asked,
      `from 1 to ${asked}, as many as a round asks`,
      `在 1 到每轮所问的 ${asked} 之间`,
    ],
    ['dropOut', dropOut, (x) => x >= 0 && x < 1, 'in [0, 1)', '在 [0, 1) 之内'],
  ];
  for (const [option, got, test, rule, zhRule] of rules)
    if (!test(got)) throw fail('federated/option', { option, rule, zhRule, got });
}
