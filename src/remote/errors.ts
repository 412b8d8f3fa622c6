/** The sentences of this room's errors. */

import { defineErrors, InkstoneError } from '../errors.ts';

export const fail = defineErrors({
  'remote/url': {
    en: (d: { url: string }) =>
      `remote model: the address must begin with http:// or https:// and end before /completions, got "${d.url}"; write it like https://host/v1`,
    zh: (d) =>
      `远程模型：地址须以 http:// 或 https:// 开头，并止于 /completions 之前，得到 "${d.url}"；应形如 https://host/v1`,
  },
  'remote/unreachable': {
    en: (d: { host: string; reason: string }) =>
      `remote model: ${d.host} must answer, but ${d.reason}; is it running, and is the address right?`,
    zh: (d) => `远程模型：${d.host} 没有应答（${d.reason}）；它在运行吗？地址对吗？`,
  },
  'remote/refused': {
    en: (d: { host: string; status: number; message: string }) =>
      `remote model: ${d.host} refused the request (${d.status}): ${d.message}`,
    zh: (d) => `远程模型：${d.host} 拒绝了请求（${d.status}）：${d.message}`,
  },
  'remote/request': {
    en: (d: { host: string; status: number; message: string }) =>
      `remote model: ${d.host} does not take this request (${d.status}): ${d.message}; leave out or change what it names`,
    zh: (d) => `远程模型：${d.host} 不接受此请求（${d.status}）：${d.message}；请去掉或修改其中所指的内容`,
  },
  'remote/not-offered': {
    en: (d: { host: string; route: string; message: string }) =>
      `remote model: ${d.host} does not offer ${d.route} for it (${d.message}); ask a model that does, such as one that runs here`,
    zh: (d) =>
      `远程模型：${d.host} 不为它提供 ${d.route}（${d.message}）；请改用提供此功能的模型，如在本机运行的模型`,
  },
  'remote/broken': {
    en: (d: { host: string; reason: string }) =>
      `remote model: ${d.host} must answer in OpenAI's format to the end, but ${d.reason}`,
    zh: (d) => `远程模型：${d.host} 应按 OpenAI 格式完整传回内容，但${d.reason}`,
  },
  'remote/prompt': {
    en: () =>
      'remote model: either a prompt or messages must be given, with some text; this request has none',
    zh: () => '远程模型：须给出 prompt 或 messages，且含有文字；此请求没有',
  },
});

/** What an endpoint answers where there is nothing under a route. */
const NOT_OFFERED = [404, 405, 501];

/** The same error, or `remote/not-offered` where it says that the endpoint has no such route. */
export function asNotOffered(error: unknown, { host, route }: { host: string; route: string }): unknown {
  const data = error instanceof InkstoneError ? error.data : {};
  const { status = 0, message = '' } = data as { readonly status?: number; readonly message?: string };
  return NOT_OFFERED.includes(status) ? fail('remote/not-offered', { host, route, message }, error) : error;
}
