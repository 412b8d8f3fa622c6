/** Reads the part of an address behind the question mark: whatever is not as expected is left out. */

export type RawSearch = Readonly<Record<string, unknown>>;

/** A text. NOTE The router reads `prompt=7` as a number. */
export function textOf(raw: RawSearch, key: string): string | undefined {
  const value = raw[key];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

export function numberOf(raw: RawSearch, key: string): number | undefined {
  const value = Number(raw[key] ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

export function flagOf(raw: RawSearch, key: string): true | undefined {
  return raw[key] === true || raw[key] === 'true' || raw[key] === 1 ? true : undefined;
}

/**
 * What an address holds, as its page reads it. NOTE Every key is named, what was left out as undefined: a key that is not named
 * the router takes from the raw address, whatever stands there.
 */
export const searchOf = <Search extends object>(
  values: {
    readonly [Key in keyof Required<Search>]: Search[Key] | undefined;
  },
): Search => values as Search;
