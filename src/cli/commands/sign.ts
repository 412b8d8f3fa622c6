/** `inkstone sign MODEL`: who approves exactly these files, into a history that is only added to. */

import { defineMessages } from '../../language.ts';
import type { signOptions } from '../card-options.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { signModel } from '../sign-offs.ts';

const say = defineMessages({
  signed: {
    en: (d: { path: string; name: string; files: number; hash: string }) =>
      `${d.name} approves ${d.path}, ${d.files} files (entry ${d.hash.slice(0, 12)})`,
    zh: (d) => `${d.name} 批准 ${d.path}，共 ${d.files} 个文件（记录 ${d.hash.slice(0, 12)}）`,
  },
});

export async function run({ args, options, terminal }: CommandContext<typeof signOptions>): Promise<void> {
  const [path] = args;
  const said = (name: keyof typeof signOptions): string => {
    const value = options[name]?.trim();
    if (value) return value;
    throw fail('cli/missing-value', { command: 'sign', option: `--${name}` });
  };
  const signOff = await signModel(path, { name: said('name'), statement: said('statement') });
  terminal.json({ type: 'signed', path, ...signOff });
  const { name, files, hash } = signOff;
  terminal.print(say('signed', { path, name, files: Object.keys(files).length, hash }));
}
