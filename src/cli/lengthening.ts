/** What `--extend yarn:4` and `--endless 4+252` say. */

import { isMergeable } from '../adapt/index.ts';
import { type Extension, type ExtensionKind, extensionKinds, type SinkWindow } from '../models/index.ts';
import { fail } from './errors.ts';

/** How a model is to read beyond what it was trained on. */
export interface Lengthening {
  readonly extend?: Extension;
  /** Without a window: the rest of the context. */
  readonly endless?: Pick<SinkWindow, 'sinks'> & Partial<SinkWindow>;
}

interface Given {
  readonly extend?: string | undefined;
  readonly endless?: string | undefined;
  readonly adapter?: string | undefined;
}

/** @throws for what is spelled otherwise, and for what does not go together. */
export async function lengtheningOf(
  command: string,
  { extend, endless, adapter }: Given,
): Promise<Lengthening> {
  if (extend !== undefined && endless !== undefined) {
    const reason = {
      reason: 'what slides is never longer than the context',
      zhReason: '滑动的窗口不会超过上下文',
    };
    throw fail('cli/conflict', { command, options: ['--extend', '--endless'], ...reason });
  }
  if (endless !== undefined && adapter !== undefined) {
    const reason = (await areMergeable(adapter.split(','))) ? MERGE : NO_MERGE;
    throw fail('cli/conflict', { command, options: ['--endless', '--adapter'], ...reason });
  }
  return {
    ...(extend !== undefined && { extend: extensionOf(command, extend) }),
    ...(endless !== undefined && { endless: endlessOf(command, endless) }),
  };
}

const MERGE = {
  reason: 'an endless model reads without adapters; merge it first with inkstone tune merge',
  zhReason: '无限长模型不读适配器；请先用 inkstone tune merge 合并',
};
/** Virtual tokens and layers of their own are no change of weights. */
const NO_MERGE = {
  reason:
    'an endless model reads without adapters, and this one cannot be merged into the weights; leave one out, or tune with lora or ia3',
  zhReason: '无限长模型不读适配器，而此适配器无法并入权重；请去掉其一，或改用 lora、ia3 微调',
};

async function areMergeable(folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) if (!(await isMergeable(folder))) return false;
  return true;
}

function extensionOf(command: string, got: string): Extension {
  const [, kind, factor] = got.match(/^(\w+):(\d+(?:\.\d+)?)$/) ?? [];
  if (extensionKinds.includes(kind as ExtensionKind)) {
    return { kind: kind as ExtensionKind, factor: Number(factor) };
  }
  const ways = extensionKinds.map((name) => `${name}:4`);
  const rule = { rule: `a way and a factor: ${ways.join(', ')}`, zhRule: `为方式加倍数：${ways.join('、')}` };
  throw fail('cli/value', { command, option: '--extend', ...rule, got });
}

function endlessOf(command: string, got: string): NonNullable<Lengthening['endless']> {
  const [, sinks, window] = got.match(/^(\d{1,9})(?:\+(\d{1,9}))?$/) ?? [];
  if (sinks !== undefined) {
    return { sinks: Number(sinks), ...(window !== undefined && { window: Number(window) }) };
  }
  const rule = {
    rule: 'first tokens, or first + last: 4 or 4+252',
    zhRule: '为开头词元数，或开头 + 末尾：4 或 4+252',
  };
  throw fail('cli/value', { command, option: '--endless', ...rule, got });
}
