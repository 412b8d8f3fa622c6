/** Tabs of one browser tell each other what they changed: none waits until it asks again. */

import type { QueryClient, QueryKey } from '@tanstack/react-query';

const channel = new BroadcastChannel('inkstone');

/** Whatever is known under the key is asked anew, here and in every other tab. */
export function refresh(queries: QueryClient, queryKey: QueryKey): Promise<void> {
  channel.postMessage(queryKey);
  return queries.invalidateQueries({ queryKey });
}

/** From now on hears of the other tabs. */
export function hearTabs(queries: QueryClient): void {
  channel.onmessage = ({ data }: MessageEvent<QueryKey>) =>
    void queries.invalidateQueries({ queryKey: data });
}
