/**
 * A client's side of secure aggregation (Bonawitz et al. 2017, "Practical Secure Aggregation for Privacy-Preserving Machine
 * Learning", the protocol for honest-but-curious parties).
 */

import { createHash, type KeyObject, randomBytes } from 'node:crypto';
import { combine, split } from 'shamir-secret-sharing';
import { fail } from './errors.ts';
import { addFixed, toFixedPoint } from './fixed-point.ts';
import {
  agreedKey,
  type KeyPair,
  maskFrom,
  newKeyPair,
  seal,
  secretBytes,
  secretFrom,
  unseal,
} from './keys.ts';
import { KEY_BYTES, type Questions, SHARE_BYTES } from './messages.ts';

/** X25519, 32 bytes each. */
export interface PublicKeys {
  /** For sealing shares. */
  readonly encryption: Uint8Array;
  /** For masks. */
  readonly masking: Uint8Array;
}

export interface SharedSecrets {
  /** For each of the others, a share of the masking key and one of the own mask's seed. */
  readonly sealed: { readonly [name: string]: Uint8Array };
  /** SHA-256 of the seed: what is put together again from shares can be checked. */
  readonly commitment: Uint8Array;
}

/** Of who answered, a share of the own mask's seed; of who did not, of the masking key. Never both of one client. */
export interface RevealedShares {
  readonly shares: { readonly [name: string]: Uint8Array };
}

type Question<Name extends keyof Questions> = Questions[Name]['question'];

export interface SecureParty {
  keys(): PublicKeys;
  shares(question: Pick<Question<'shares'>, 'peers' | 'threshold'>): Promise<SharedSecrets>;
  /** The values times the share under all masks; the peers that sealed something are those of the round. */
  mask(values: Float32Array, question: Pick<Question<'learn'>, 'share' | 'sealed'>): Uint32Array;
  unmask(question: Pick<Question<'unmask'>, 'survivors' | 'gone'>): RevealedShares;
}

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());

/** Whether a seed is the one that was promised. */
export const isCommitted = (seed: Uint8Array, commitment: Uint8Array): boolean =>
  Buffer.from(sha256(seed)).equals(Buffer.from(commitment));

const isMajority = (count: number, all: number): boolean => 2 * count > all;

/** The fewest clients whose shares give a secret back: more than half, so that no two sets of them know nothing of each other. */
export const thresholdOf = (clients: number): number => Math.floor(clients / 2) + 1;

/** The mask between two clients, with the sign that it has at `name`: both add up to 0. */
export function pairMask(
  secret: KeyObject,
  { name, other, shown, length }: { name: string; other: string; shown: Uint8Array; length: number },
): { readonly mask: Uint32Array; readonly sign: 1 | -1 } {
  return { mask: maskFrom(agreedKey(secret, shown, 'mask'), length), sign: name < other ? 1 : -1 };
}

/** Puts a seed together. @throws when it is not the one that was promised */
export async function seedFrom(
  shares: Uint8Array[],
  commitment: Uint8Array,
  client: string,
): Promise<Uint8Array> {
  const seed = await combine(shares).catch(() => undefined);
  if (seed && isCommitted(seed, commitment)) return seed;
  throw fail('federated/share', { client });
}

/** Puts a masking key together. @throws when it does not belong to the public one */
export async function maskingKeyFrom(
  shares: Uint8Array[],
  shown: Uint8Array,
  client: string,
): Promise<KeyObject> {
  const bytes = await combine(shares).catch(() => undefined);
  const secret = bytes && secretFrom(bytes, shown);
  if (secret) return secret;
  throw fail('federated/share', { client });
}

/** One round of one client. Keys, seeds and shares are of this round alone, and each step can be taken once. */
export function secureParty(name: string): SecureParty {
  const encryption: KeyPair = newKeyPair();
  const masking: KeyPair = newKeyPair();
  const seed = new Uint8Array(randomBytes(KEY_BYTES));
  let peers: Question<'shares'>['peers'] | undefined;
  let threshold = 0;
  /** Of each client of the round: shares of its masking key and of its seed. */
  const held = new Map<string, { readonly key: Uint8Array; readonly seed: Uint8Array }>();
  let isRevealed = false;
  const refuse = (what: string) => fail('federated/protocol', { what });
  const sealingKey = (other: string) => agreedKey(encryption.secret, peers![other].encryption, 'seal');

  return {
    keys: () => ({ encryption: encryption.shown, masking: masking.shown }),
    async shares(question) {
      const names = Object.keys(question.peers);
      if (peers) throw refuse('secrets are shared once');
      if (!Object.hasOwn(question.peers, name)) throw refuse('it is not among the peers');
      if (!isMajority(question.threshold, names.length) || question.threshold > names.length)
        throw refuse('the threshold must be more than half of the clients');
      peers = question.peers;
      threshold = question.threshold;
      const keys = await split(secretBytes(masking.secret), names.length, threshold);
      const seeds = await split(seed, names.length, threshold);
      const own = names.indexOf(name);
      held.set(name, { key: keys[own], seed: seeds[own] });
      const sealed = names.flatMap((other, i) =>
        i === own ? [] : [[other, seal(sealingKey(other), Buffer.concat([keys[i], seeds[i]]))]],
      );
      return { sealed: Object.fromEntries(sealed), commitment: sha256(seed) };
    },
    mask(values, { share, sealed = {} }) {
      const others = Object.keys(sealed);
      if (!peers || held.size > 1) throw refuse('values are masked once, after secrets were shared');
      if (others.length + 1 < threshold) throw refuse('fewer clients than the threshold shared secrets');
      for (const other of others) {
        if (other === name || !Object.hasOwn(peers, other)) throw refuse(`"${other}" showed no key`);
        const both = unseal(sealingKey(other), sealed[other]);
        held.set(other, { key: both.subarray(0, SHARE_BYTES), seed: both.subarray(SHARE_BYTES) });
      }
      const masked = toFixedPoint(values, share);
      addFixed(masked, maskFrom(seed, masked.length));
      for (const other of others) {
        const shown = peers[other].masking;
        const { mask, sign } = pairMask(masking.secret, { name, other, shown, length: masked.length });
        addFixed(masked, mask, sign);
      }
      return masked;
    },
    unmask({ survivors, gone }) {
      if (isRevealed) throw refuse('shares are revealed once');
      const asked = [...survivors, ...gone];
      if (new Set(asked).size < asked.length || !asked.every((one) => held.has(one)))
        throw refuse('each client of the round either answered or did not');
      if (survivors.length < threshold) throw refuse('the sum would be of fewer clients than the threshold');
      isRevealed = true;
      const shares = (names: readonly string[], kind: 'key' | 'seed') =>
        names.map((one) => [one, held.get(one)![kind]]);
      return { shares: Object.fromEntries([...shares(survivors, 'seed'), ...shares(gone, 'key')]) };
    },
  };
}
