/** Abort signals that follow others only as long as they are needed. */

/** A controller that aborts with a signal, if there is one, until it is released. */
export interface Follower {
  readonly controller: AbortController;
  release(): void;
}

/** NOTE not by `AbortSignal.any`: a signal that lives long remembers every one that was ever derived from it. */
export function followSignal(own: AbortSignal | undefined): Follower {
  const controller = new AbortController();
  const follow = (): void => controller.abort(own?.reason);
  if (own?.aborted) follow();
  own?.addEventListener('abort', follow, { once: true });
  return { controller, release: () => own?.removeEventListener('abort', follow) };
}

/** Signals of requests that can also be ended together. */
export interface SignalGroup {
  /** A signal that follows `own` and ends with the group, until it is released. */
  join(own?: AbortSignal): { readonly signal: AbortSignal; release(): void };
  /** Ends all that joined, and all that join later. */
  abort(): void;
}

export function createSignalGroup(): SignalGroup {
  const members = new Set<AbortController>();
  let isOver = false;
  return {
    join(own) {
      const { controller, release } = followSignal(own);
      if (isOver) controller.abort();
      members.add(controller);
      return {
        signal: controller.signal,
        release() {
          members.delete(controller);
          release();
        },
      };
    },
    abort() {
      isOver = true;
      for (const controller of members) controller.abort();
    },
  };
}
