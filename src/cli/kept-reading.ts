/** What was read once, for a command that reads the same again and again. */

export interface KeptReading {
  /** What was read under the key; read now where that is the first time. One that failed is read again. */
  once<Value>(key: string, read: () => Promise<Value>): Promise<Value>;
}

export function keptReading(): KeptReading {
  const kept = new Map<string, Promise<unknown>>();
  return {
    once<Value>(key: string, read: () => Promise<Value>) {
      const known = kept.get(key) ?? read();
      kept.set(key, known);
      known.catch(() => kept.delete(key));
      return known as Promise<Value>;
    },
  };
}
