/** What can go wrong when clients train together. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'federated/option': {
    en: (d: { option: string; rule: string; zhRule: string; got: unknown }) =>
      `federated: \`${d.option}\` must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) => `联邦学习：\`${d.option}\` 必须${d.zhRule}，得到 ${String(d.got)}`,
  },
  'federated/too-few': {
    en: (d: { round: number; answered: number; needed: number; missing: readonly string[] }) =>
      `federated: round ${d.round} needs ${d.needed} clients, ${d.answered} answered (missing: ${d.missing.join(', ') || 'none'}); nothing of it is kept: bring clients back and run the same command again, or ask for fewer`,
    zh: (d) =>
      `联邦学习：第 ${d.round} 轮需要 ${d.needed} 个客户端，只有 ${d.answered} 个应答（缺席：${d.missing.join('、') || '无'}）；本轮不作数：请恢复客户端后重新运行同一命令，或降低要求`,
  },
  'federated/diverged': {
    en: (d: { round: number }) =>
      `federated: training diverged in round ${d.round} (loss or parameters are not finite); a smaller learning rate may help`,
    zh: (d) => `联邦学习：第 ${d.round} 轮训练发散（损失或参数不是有限数）；可减小学习率`,
  },
  'federated/range': {
    en: (d: { got: number; limit: number }) =>
      `secure sum: each number must be within ±${d.limit}, got ${d.got}; a smaller learning rate makes smaller differences`,
    zh: (d) => `安全求和：每个数必须在 ±${d.limit} 之内，得到 ${d.got}；减小学习率可使差值变小`,
  },
  'federated/protocol': {
    en: (d: { what: string }) =>
      `secure sum: a client refuses, since ${d.what}; the coordinator must keep to the protocol`,
    zh: (d) => `安全求和：客户端拒绝，因为 ${d.what}；协调方必须遵守协议`,
  },
  'federated/share': {
    en: (d: { client: string }) =>
      `secure sum: the shares of ${d.client} do not give back its secret; nothing of the round is kept, run the same command again`,
    zh: (d) => `安全求和：${d.client} 的份额还原不出其密钥；本轮不作数，请重新运行同一命令`,
  },
});
