/** The cryptography of secure sums, all of it from Node: X25519, HKDF, AES-CTR for masks, AES-GCM for sealing. */

import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { KEY_BYTES } from './messages.ts';

const CURVE = { kty: 'OKP', crv: 'X25519' } as const;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const toBytes = (text: string | undefined): Uint8Array => new Uint8Array(Buffer.from(text!, 'base64url'));

export interface KeyPair {
  readonly secret: KeyObject;
  /** 32 bytes. */
  readonly shown: Uint8Array;
}

export function newKeyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  return { secret: privateKey, shown: toBytes(publicKey.export({ format: 'jwk' }).x) };
}

/** The 32 bytes of a private key. */
export const secretBytes = (secret: KeyObject): Uint8Array => toBytes(secret.export({ format: 'jwk' }).d);

/** The key of these bytes; undefined when it does not belong to the public one. */
export function secretFrom(bytes: Uint8Array, shown: Uint8Array): KeyObject | undefined {
  try {
    const jwk = { ...CURVE, d: toText(bytes), x: toText(shown) };
    const secret = createPrivateKey({ key: jwk, format: 'jwk' });
    const own = createPublicKey(secret.export({ type: 'pkcs8', format: 'pem' })).export({ format: 'jwk' });
    return own.x === jwk.x ? secret : undefined;
  } catch {
    return undefined;
  }
}

/** A key that only the two know, for one purpose. The same from both sides. */
export function agreedKey(secret: KeyObject, other: Uint8Array, purpose: string): Uint8Array {
  const publicKey = createPublicKey({ key: { ...CURVE, x: toText(other) }, format: 'jwk' });
  const agreed = diffieHellman({ privateKey: secret, publicKey });
  return new Uint8Array(hkdfSync('sha256', agreed, '', `inkstone federated ${purpose}`, KEY_BYTES));
}

/** Numbers mod 2³², evenly drawn: AES-256 in counter mode under a key that is used for nothing else. */
export function maskFrom(key: Uint8Array, length: number): Uint32Array {
  const stream = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(4 * length));
  return new Uint32Array(Uint8Array.from(stream).buffer);
}

export function seal(key: Uint8Array, text: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return new Uint8Array(Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]));
}

/** @throws when the text was changed or the key is another */
export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  return new Uint8Array(Buffer.concat([text, decipher.final()]));
}
