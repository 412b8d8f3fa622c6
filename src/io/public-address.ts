/** Which network addresses are public: nothing that a stranger's URL or redirect names may lead into this machine or its network. */

import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

// The special-purpose registries of IANA (RFC 6890 and what followed): all that is not globally reachable.
const SPECIAL: readonly (readonly [network: string, bits: number, kind: 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'], ['10.0.0.0', 8, 'ipv4'], ['100.64.0.0', 10, 'ipv4'], ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'], ['172.16.0.0', 12, 'ipv4'], ['192.0.0.0', 24, 'ipv4'], ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'], ['192.168.0.0', 16, 'ipv4'], ['198.18.0.0', 15, 'ipv4'], ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'], ['224.0.0.0', 4, 'ipv4'], ['240.0.0.0', 4, 'ipv4'],
  ['::', 96, 'ipv6'], ['64:ff9b::', 96, 'ipv6'], ['64:ff9b:1::', 48, 'ipv6'], ['100::', 64, 'ipv6'], ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'], ['2002::', 16, 'ipv6'], ['3fff::', 20, 'ipv6'], ['5f00::', 16, 'ipv6'], ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'], ['fec0::', 10, 'ipv6'], ['ff00::', 8, 'ipv6'],
]; // biome-ignore format: one table

const special = new BlockList();
for (const [network, bits, kind] of SPECIAL) special.addSubnet(network, bits, kind);

/** An IPv4 or IPv6 address that anyone on the internet may reach; false for anything else. */
export function isPublicAddress(address: string): boolean {
  const plain = address.split('%')[0];
  // An IPv4 address in IPv6 form is what it holds, however it is written.
  const mapped = isIP(plain) === 6 ? mappedAddress(plain) : undefined;
  if (mapped !== undefined) return isPublicAddress(mapped);
  const family = isIP(plain);
  return family !== 0 && !special.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

/** `::ffff:7f00:1` → `127.0.0.1`. */
function mappedAddress(address: string): string | undefined {
  const plain = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const match = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(plain);
  if (!match) return undefined;
  const [high, low] = [Number.parseInt(match[1], 16), Number.parseInt(match[2], 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** A name lookup that refuses a name as soon as one of its addresses is not public: the address that was checked is the one used. */
export function publicLookup(refuse: (address: string) => Error): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '', 0);
      const inside = addresses.find(({ address }) => !isPublicAddress(address));
      if (inside) return done(refuse(inside.address), '', 0);
      if (options.all) return done(null, addresses);
      done(null, addresses[0].address, addresses[0].family);
    });
  };
}
