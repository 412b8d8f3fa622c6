/** `inkstone keys create | list | revoke`: who may ask the server. */

import { nearest } from '../../errors.ts';
import { defineMessages } from '../../language.ts';
import { type ApiKey, type Keys, openState, storePlace } from '../../store/index.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { keysOptions } from '../serve-options.ts';
import { padColumns } from '../terminal.ts';
import { actionOf } from '../verbs.ts';

type Context = CommandContext<typeof keysOptions>;

const say = defineMessages({
  made: {
    en: (d: { name: string; secret: string }) =>
      `the key of ${d.name}, shown only now: ${d.secret}\nFrom the first key on, every client of the server needs one.`,
    zh: (d) => `${d.name} 的密钥，仅显示这一次：${d.secret}\n有了第一个密钥之后，每个客户端都需要密钥。`,
  },
  revoked: {
    en: (d: { name: string }) => `the key of ${d.name} is no longer taken`,
    zh: (d) => `${d.name} 的密钥已吊销`,
  },
  none: {
    en: () => 'there are no keys; inkstone keys create NAME makes one',
    zh: () => '还没有密钥；用 inkstone keys create 名称 创建',
  },
  isRevoked: { en: () => 'revoked', zh: () => '已吊销' },
  isAdmin: { en: () => 'admin', zh: () => '管理' },
});

async function create({ args, options, terminal }: Context, keys: Keys): Promise<void> {
  const { tenant, admin, requestsPerMinute, tokensPerDay, concurrent } = options;
  const name = nameIn(args, 'create');
  const limits = { requestsPerMinute, tokensPerDay, concurrent };
  const { secret, key } = await keys.create({ name, tenant, isAdmin: admin, ...limits });
  terminal.json({ type: 'key', secret, ...key });
  terminal.print(say('made', { name, secret }));
}

async function list({ terminal }: Context, keys: Keys): Promise<void> {
  const all = await keys.list();
  for (const key of all) terminal.json({ type: 'key', ...key });
  if (all.length === 0) terminal.print(say('none', {}));
  const width = Math.max(...all.map(({ name }) => name.length)) + 2;
  for (const key of all) terminal.print(`${padColumns(key.name, width)}${describeKey(key)}`);
}

async function revoke({ args, terminal }: Context, keys: Keys): Promise<void> {
  const name = nameIn(args, 'revoke');
  const key = await keys.revoke(name);
  if (!key) {
    const known = (await keys.list()).filter(({ revoked }) => !revoked).map((one) => one.name);
    throw fail('cli/no-key', { name, near: nearest(name, known) });
  }
  terminal.json({ type: 'key', ...key });
  terminal.print(say('revoked', { name: key.name }));
}

const verbs: { readonly [verb: string]: (context: Context, keys: Keys) => Promise<void> } = {
  create,
  list,
  revoke,
};

export async function run(context: Context): Promise<void> {
  const act = actionOf('keys', verbs, context.args);
  const state = openState(storePlace(context.options.state));
  try {
    await act(context, state.keys);
  } finally {
    await state.close();
  }
}

function nameIn([, name]: readonly string[], verb: string): string {
  if (name) return name;
  const command = `keys ${verb}`;
  throw fail('cli/missing-argument', { command, argument: '[name]', example: `inkstone ${command} ci` });
}

function describeKey({ hint, created, revoked, isAdmin, ...limits }: ApiKey): string {
  const amounts = (['requestsPerMinute', 'tokensPerDay', 'concurrent'] as const)
    .filter((name) => limits[name] !== null)
    .map((name) => `${name} ${limits[name]}`);
  const marks = [isAdmin && say('isAdmin', {}), revoked && say('isRevoked', {})].filter(Boolean);
  return [`…${hint}`, created.toISOString().slice(0, 10), ...amounts, ...marks].join('  ');
}
