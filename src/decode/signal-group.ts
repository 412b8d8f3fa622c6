/** Abort signals of requests that can also be ended together. */

export interface SignalGroup {
  /** A signal that follows `own` and ends with the group, until it is released. */
  join(own?: AbortSignal): { readonly signal: AbortSignal; release(): void };
  /** Ends all that joined, and all that join later. */
  abort(): void;
}

/** NOTE not by `AbortSignal.any`: a signal that lives long remembers every one that was ever derived from it. */
export function createSignalGroup(): SignalGroup {
  const members = new Set<() => void>();
  let isOver = false;
  return {
    join(own) {
      const controller = new AbortController();
      const follow = (): void => controller.abort(own?.reason);
      const end = (): void => controller.abort();
      if (isOver) end();
      else if (own?.aborted) follow();
      own?.addEventListener('abort', follow, { once: true });
      members.add(end);
      return {
        signal: controller.signal,
        release() {
          members.delete(end);
          own?.removeEventListener('abort', follow);
        },
      };
    },
    abort() {
      isOver = true;
      for (const end of members) end();
    },
  };
}
