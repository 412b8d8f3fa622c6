/** What can go wrong before clients train together. */

import { defineErrors } from '../errors.ts';

export const failFederate = defineErrors({
  'cli/few-clients': {
    en: (d: { source: string; by: string; found: number; clients: number }) =>
      `federate: ${d.source} has ${d.found} clients by ${d.by}, ${d.clients} are asked for; divide it another way with --by speaker, file or field:NAME, or ask for fewer with --clients`,
    zh: (d) =>
      `federate：${d.source} 按 ${d.by} 只有 ${d.found} 个客户端，要求 ${d.clients} 个；请用 --by speaker、file 或 field:字段名 换一种划分，或用 --clients 减少数量`,
  },
});
