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

/** The object without what is undefined, so that addresses stay short. */
export function compact<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
