/** The errors of this room. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'store/unreachable': {
    en: (d: { reason: string }) =>
      `state: the PostgreSQL server does not answer (${d.reason}); check the URL and that the server runs`,
    zh: (d) => `状态库：PostgreSQL 服务器没有应答（${d.reason}）；请检查 URL，并确认服务器在运行`,
  },
  'store/slow': {
    en: (d: { within: number }) =>
      `state: PostgreSQL gave up a statement after ${d.within} s; look for what holds its tables (pg_locks), or for too much work`,
    zh: (d) =>
      `状态库：PostgreSQL 在 ${d.within} 秒后放弃了一条语句；请查看是什么占用了这些表（pg_locks），或者负载是否过高`,
  },
  'store/stopped': {
    en: (d: { reason: string }) =>
      `state: the embedded database does not run (${d.reason}); the next request opens it again`,
    zh: (d) => `状态库：内嵌数据库没有运行（${d.reason}）；下一个请求会重新打开它`,
  },
  'store/postgres-version': {
    en: (d: { version: string; needed: number }) =>
      `state: PostgreSQL ${d.needed} or newer is needed, got ${d.version}; update the server, or give a folder`,
    zh: (d) =>
      `状态库：需要 PostgreSQL ${d.needed} 或更新版本，得到 ${d.version}；请升级服务器，或改用文件夹`,
  },
  'store/newer': {
    en: (d: { version: number; known: number }) =>
      `state: the database is of version ${d.version}, this Inkstone knows versions up to ${d.known}; update Inkstone, or choose another --state`,
    zh: (d) =>
      `状态库：数据库版本为 ${d.version}，此 Inkstone 只认识到 ${d.known}；请升级 Inkstone，或另选 --state`,
  },
  'store/edited': {
    en: (d: { version: number; name: string }) =>
      `state: step ${d.version} (${d.name}) of the database is not the one that this Inkstone knows; it was made by another build: use that one, or choose another --state`,
    zh: (d) =>
      `状态库：数据库的第 ${d.version} 步（${d.name}）与此 Inkstone 所知的不同，由另一构建写成；请使用那个构建，或另选 --state`,
  },
  'store/key-name': {
    en: (d: { name: string }) => `keys: "${d.name}" is in use; choose another name, or revoke that key first`,
    zh: (d) => `密钥：名称 "${d.name}" 已被使用；请换一个名称，或先吊销那个密钥`,
  },
  'store/decided': {
    en: (d: { reviewer: string }) => `reviews: ${d.reviewer} has decided on this text already`,
    zh: (d) => `审阅：${d.reviewer} 已经处理过这篇文本`,
  },
});
