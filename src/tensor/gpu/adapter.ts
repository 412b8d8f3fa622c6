/** Finds a WebGPU adapter: the browser's, or that of the package `webgpu` (Dawn for Node), which is installed by those who want it. */

/** An adapter, or the reason why there is none. */
export type FoundAdapter =
  | { readonly adapter: GPUAdapter; readonly name: string; readonly isSoftware: boolean }
  | { readonly reason: string; readonly zhReason: string };

const PACKAGE = 'webgpu';

/** By the package's name; kept for the life of the process, as adapters live on it. */
const providers = new Map<string, Promise<GPU>>();

/** @throws whatever importing the package throws */
async function load(name: string): Promise<GPU> {
  const { create } = await import(/* @vite-ignore */ name);
  return create([]) as GPU;
}

/** The browser's, or the package's; `INKSTONE_WEBGPU` names another module with the same `create`. */
async function findProvider(name: string): Promise<GPU> {
  const own = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (own) return own;
  const known = providers.get(name) ?? load(name);
  providers.set(name, known);
  return known;
}

/** The adapter that the system would take for heavy work. */
export async function findAdapter(): Promise<FoundAdapter> {
  const name = globalThis.process?.env.INKSTONE_WEBGPU || PACKAGE;
  try {
    const provider = await findProvider(name);
    const adapter = await provider.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter) return describe(adapter);
  } catch (error) {
    providers.delete(name);
    return reasonOf(error, name);
  }
  providers.delete(name);
  return {
    reason: 'this machine has none (no graphics driver for Vulkan, Metal or Direct3D 12)',
    zhReason: '这台机器没有（缺少 Vulkan、Metal 或 Direct3D 12 显卡驱动）',
  };
}

function describe(adapter: GPUAdapter): FoundAdapter {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const name = [vendor, description || device || architecture].filter(Boolean).join(' ');
  return { adapter, name: name || 'WebGPU', isSoftware: isFallbackAdapter };
}

function reasonOf(error: unknown, name: string): FoundAdapter {
  if ((error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') {
    return {
      reason: `the package ${name} is not installed (npm install ${name})`,
      zhReason: `未安装 ${name} 包（npm install ${name}）`,
    };
  }
  const detail = error instanceof Error ? error.message.split('\n')[0] : String(error);
  return { reason: `the package ${name} does not run: ${detail}`, zhReason: `${name} 包无法运行：${detail}` };
}
