/** Answers that are good for a moment, so that not every request asks the database. */

/** How long an answer is good: what another process changed is seen after so many ms. */
const GOOD_MS = 2000;
/** Answers kept at most; beyond, all are forgotten. */
const MOST = 1000;

export interface Remembered<Value> {
  get(key: string): Promise<Value>;
  clear(): void;
}

/** Asks once for many who come at the same time; a failure is not remembered. */
export function remember<Key extends string, Value>(ask: (key: Key) => Promise<Value>): Remembered<Value> {
  const answers = new Map<string, { readonly value: Promise<Value>; readonly until: number }>();
  return {
    get(key) {
      const known = answers.get(key);
      if (known && known.until > performance.now()) return known.value;
      if (answers.size >= MOST) answers.clear();
      const value = ask(key as Key);
      answers.set(key, { value, until: performance.now() + GOOD_MS });
      value.catch(() => answers.delete(key));
      return value;
    },
    clear: () => answers.clear(),
  };
}
