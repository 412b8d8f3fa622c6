/** The secure sum, message by message: what the coordinator sees, and what clients refuse. */

import { expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { toFixedPoint } from './fixed-point.ts';
import { secureParty, thresholdOf, unmaskSum } from './index.ts';

const SIZE = 4096;
const NAMES = ['ann', 'bob', 'cid', '__proto__'];
const rng = createRng(3);
const valuesOf = new Map(
  NAMES.map((name) => [name, Float32Array.from({ length: SIZE }, () => 0.01 * rng.normal())]),
);
const threshold = thresholdOf(NAMES.length);
const SHARE = 1 / NAMES.length;

/** All parties up to their masked values. */
async function begin() {
  const parties = new Map(NAMES.map((name) => [name, secureParty(name)]));
  const keys = new Map(Array.from(parties, ([name, party]) => [name, party.keys()]));
  const peers = Object.fromEntries(keys);
  const shared = new Map(
    await Promise.all(
      Array.from(parties, async ([name, party]) => [name, await party.shares({ peers, threshold })] as const),
    ),
  );
  const sealedFor = (name: string) =>
    Object.fromEntries(
      [...shared].flatMap(([from, { sealed }]) => (from === name ? [] : [[from, sealed[name]]])),
    );
  const masked = new Map(
    Array.from(parties, ([name, party]) => [
      name,
      party.mask(valuesOf.get(name)!, { share: SHARE, sealed: sealedFor(name) }),
    ]),
  );
  return { parties, keys, shared, masked, sealedFor };
}

/** How far the counts of the bytes are from even ones, in standard deviations of χ² with 255 degrees of freedom. */
function unevenness(row: Uint32Array): number {
  const counts = new Float64Array(256);
  const bytes = new Uint8Array(row.buffer);
  for (const byte of bytes) counts[byte]++;
  const expected = bytes.length / 256;
  return (
    (counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) - 255) / Math.sqrt(2 * 255)
  );
}

test('one message tells nothing, the sum is that of the values; of who went away nothing is in it', async () => {
  const { parties, keys, shared, masked } = await begin();
  // Any name may cross to another process.
  expect(Object.keys(shared.get('ann')!.sealed)).toEqual(NAMES.slice(1));
  for (const [name, row] of masked) {
    expect(unevenness(toFixedPoint(valuesOf.get(name)!, SHARE))).toBeGreaterThan(100);
    expect(Math.abs(unevenness(row))).toBeLessThan(8);
  }
  const again = await begin();
  expect(again.masked.get('ann')).not.toEqual(masked.get('ann'));

  // cid answered nothing: the others reveal shares of cid's masking key, and of their own seeds.
  masked.delete('cid');
  const survivors = [...masked.keys()];
  const revealed = new Map(
    survivors.map((name) => [name, parties.get(name)!.unmask({ survivors, gone: ['cid'] })]),
  );
  const sum = await unmaskSum({ threshold, keys, shared, masked, revealed });
  const plain = Float64Array.from({ length: SIZE }, (_, i) =>
    survivors.reduce((total, name) => total + SHARE * valuesOf.get(name)![i], 0),
  );
  expect(Math.max(...sum.map((x, i) => Math.abs(x - plain[i])))).toBeLessThanOrEqual(
    survivors.length * 2 ** -28,
  );

  const damaged = { shares: { ...revealed.get('ann')!.shares, bob: new Uint8Array(33).fill(7) } };
  const wrong = unmaskSum({
    threshold,
    keys,
    shared,
    masked,
    revealed: new Map(revealed).set('ann', damaged),
  });
  await expect(wrong).rejects.toMatchObject({ code: 'federated/share', data: { client: 'bob' } });
});

test('a client refuses what would lay it open', async () => {
  const { parties, keys, sealedFor } = await begin();
  const refusal = { code: 'federated/protocol' };
  const refused = (work: () => unknown) => expect(work).toThrow(expect.objectContaining(refusal));
  const ann = parties.get('ann')!;
  const masking = { share: SHARE, sealed: sealedFor('ann') };
  refused(() => ann.mask(valuesOf.get('ann')!, masking));
  refused(() => ann.unmask({ survivors: ['ann', 'bob'], gone: ['cid', 'dee'] }));
  refused(() => ann.unmask({ survivors: NAMES, gone: ['bob'] }));
  ann.unmask({ survivors: NAMES, gone: [] });
  refused(() => ann.unmask({ survivors: ['ann', 'bob', 'cid'], gone: ['dee'] }));

  const fresh = secureParty('ann');
  const peers = { ...Object.fromEntries(keys), ann: fresh.keys() };
  await expect(fresh.shares({ peers, threshold: 2 })).rejects.toMatchObject(refusal);
  await fresh.shares({ peers, threshold });
  refused(() => fresh.mask(valuesOf.get('ann')!, { share: SHARE, sealed: { bob: masking.sealed.bob } }));
  // Sealed for another key.
  expect(() => fresh.mask(valuesOf.get('ann')!, masking)).toThrow();
  expect(() => toFixedPoint(Float32Array.of(16), 1)).toThrow(
    expect.objectContaining({ code: 'federated/range' }),
  );
});
