/** Where the server finds the documents that it answers from. */

import type { Collection } from '../../retrieve/index.ts';

export interface DocumentsPort {
  /** What a tenant may ask: the documents of all, and its own where it has any. */
  readable(tenant: string): Promise<readonly Collection[]>;
  /** The tenant's own documents, which no other sees; made when they are first wanted. */
  own(tenant: string): Promise<Collection>;
}
