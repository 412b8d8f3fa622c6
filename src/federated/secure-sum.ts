/** The coordinator's side of secure aggregation: masks are taken off the sum alone, also those of clients that went away. */

import { addFixed, fromFixedPoint } from './fixed-point.ts';
import { maskFrom } from './keys.ts';
import {
  maskingKeyFrom,
  type PublicKeys,
  pairMask,
  type RevealedShares,
  type SharedSecrets,
  seedFrom,
} from './secure-party.ts';

export interface SecureAnswers {
  readonly threshold: number;
  /** Of all who shared secrets. */
  readonly keys: ReadonlyMap<string, PublicKeys>;
  readonly shared: ReadonlyMap<string, SharedSecrets>;
  /** Of those who gave one. */
  readonly masked: ReadonlyMap<string, Uint32Array>;
  /** At least `threshold`. */
  readonly revealed: ReadonlyMap<string, RevealedShares>;
}

/**
 * The sum of the values of all who answered, each times its share: within 2⁻²⁸ a client of the plain sum.
 *
 * Whom it stands against: an honest-but-curious coordinator, also one that knows all about fewer clients than the threshold.
 * It keeps to the protocol and looks at every message: of the others it learns their sum and nothing else. It does not stand against a
 * coordinator that shows clients false keys or tells them of different survivors (nobody vouches for keys here), nor against a client
 * that sends a wrong difference on purpose: what nobody sees, nobody can check.
 *
 * @throws `federated/share` when shares do not fit what was promised
 */
export async function unmaskSum({
  threshold,
  keys,
  shared,
  masked,
  revealed,
}: SecureAnswers): Promise<Float64Array> {
  const sum = new Uint32Array([...masked.values()][0].length);
  const sharesOf = (name: string): Uint8Array[] =>
    Array.from(revealed.values(), ({ shares }) => shares[name]).slice(0, threshold);
  for (const [name, row] of masked) {
    addFixed(sum, row);
    const seed = await seedFrom(sharesOf(name), shared.get(name)!.commitment, name);
    addFixed(sum, maskFrom(seed, sum.length), -1);
  }
  for (const gone of shared.keys()) {
    if (masked.has(gone)) continue;
    const secret = await maskingKeyFrom(sharesOf(gone), keys.get(gone)!.masking, gone);
    for (const name of masked.keys()) {
      // What the client that went away would have added has the sign that the others lack.
      const shown = keys.get(name)!.masking;
      const { mask, sign } = pairMask(secret, { name: gone, other: name, shown, length: sum.length });
      addFixed(sum, mask, sign);
    }
  }
  return fromFixedPoint(sum);
}
