/** Finds a WebGPU adapter: the browser's, or that of the package `webgpu` (Dawn for Node), which is installed by those who want it. */

/** An adapter, or the reason why there is none. */
export type FoundAdapter =
  | { readonly adapter: GPUAdapter; readonly name: string; readonly isSoftware: boolean }
  | { readonly reason: string; readonly zhReason: string };

const PACKAGE = 'webgpu';

/** Kept for the life of the process: adapters of the package are gone once it is collected. */
let provider: Promise<GPU | undefined> | undefined;

/** @throws whatever importing the package throws */
async function findProvider(): Promise<GPU | undefined> {
  const own = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (own) return own;
  const name = globalThis.process?.env.INKSTONE_WEBGPU || PACKAGE;
  const { create } = await import(/* @vite-ignore */ name);
  return create([]) as GPU;
}

/** The adapter that the system would take for heavy work. */
export async function findAdapter(): Promise<FoundAdapter> {
  provider ??= findProvider();
  let adapter: GPUAdapter | null | undefined;
  try {
    adapter = await (await provider)?.requestAdapter({ powerPreference: 'high-performance' });
  } catch (error) {
    provider = undefined;
    const isMissing = (error as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND';
    const detail = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return isMissing
      ? {
          reason: 'the package webgpu is not installed (npm install webgpu)',
          zhReason: '未安装 webgpu 包（npm install webgpu）',
        }
      : { reason: `the package webgpu does not run: ${detail}`, zhReason: `webgpu 包无法运行：${detail}` };
  }
  if (!adapter) {
    provider = undefined;
    return {
      reason: 'this machine has none (no graphics driver for Vulkan, Metal or Direct3D 12)',
      zhReason: '这台机器没有（缺少 Vulkan、Metal 或 Direct3D 12 显卡驱动）',
    };
  }
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const name = [vendor, description || device || architecture].filter(Boolean).join(' ');
  return { adapter, name: name || 'WebGPU', isSoftware: isFallbackAdapter };
}
