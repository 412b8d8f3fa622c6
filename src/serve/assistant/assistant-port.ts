/** What the server needs of an assistant: the tools and the memory of each tenant. */

import type { AssistantTool, Notes } from '../../apps/index.ts';
import type { Collection } from '../../retrieve/index.ts';

export interface AssistantPort {
  /** The tools, which may look into these documents. */
  open(
    tenant: string,
    collections: readonly Collection[],
  ): { readonly tools: readonly AssistantTool[]; readonly notes: Notes };
}
