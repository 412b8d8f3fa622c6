/** The user's npm settings that matter for a download: registry, certificates, proxy, credentials of that registry. */

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Options in the form that `pacote` takes. */
export interface NpmOptions {
  readonly [option: string]: string | boolean | string[];
}

export interface NpmConfigPlaces {
  readonly env?: { readonly [name: string]: string | undefined };
  readonly cwd?: string;
  readonly home?: string;
  /** npm's own file; by default the one beside the running Node. */
  readonly globalFile?: string;
}

/** Reads `npm_config_*` of the environment, then the project's, the user's and the global `.npmrc`; the first wins. */
export function readNpmConfig(places: NpmConfigPlaces = {}): NpmOptions {
  const { env = process.env, cwd = process.cwd(), home = homedir() } = places;
  const fromEnv = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    const key = /^npm_config_(.+)/i.exec(name)?.[1].toLowerCase();
    if (key && value) fromEnv.set(key.startsWith('//') ? key : key.replace(/(?!^)_/g, '-'), value);
  }
  const beside = join(
    dirname(process.execPath),
    ...(process.platform === 'win32' ? [] : ['..']),
    'etc',
    'npmrc',
  );
  const layers = [
    fromEnv,
    readNpmrc(join(cwd, '.npmrc'), env),
    readNpmrc(fromEnv.get('userconfig') ?? join(home, '.npmrc'), env),
    readNpmrc(fromEnv.get('globalconfig') ?? places.globalFile ?? beside, env),
  ];
  const merged = new Map<string, string>();
  for (const layer of layers.reverse()) for (const [key, value] of layer) merged.set(key, value);
  return toOptions(merged);
}

function toOptions(config: ReadonlyMap<string, string>): NpmOptions {
  const options: { [option: string]: string | boolean | string[] } = {};
  const renamed = { registry: 'registry', proxy: 'proxy', 'https-proxy': 'httpsProxy', noproxy: 'noProxy' };
  for (const [key, option] of Object.entries(renamed)) {
    const value = config.get(key);
    if (value && value !== 'null') options[option] = value;
  }
  if (config.get('strict-ssl') === 'false') options.strictSSL = false;
  const certificates = readCertificates(config.get('cafile'));
  if (certificates) options.ca = certificates;
  // Credentials (`//host/:_authToken`) and registries of scopes (`@scope:registry`) keep their names.
  for (const [key, value] of config) {
    if (key.startsWith('//') || /^@[^:]+:registry$/.test(key)) options[key] = value;
  }
  return options;
}

function readCertificates(path: string | undefined): string[] | undefined {
  if (!path || path === 'null') return undefined;
  try {
    return (
      readFileSync(path, 'latin1').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ??
      undefined
    );
  } catch {
    return undefined;
  }
}

/** `key = value` lines; `;` and `#` begin comments; `\${NAME}` is taken from the environment. No file: no settings. */
function readNpmrc(path: string, env: { readonly [name: string]: string | undefined }): Map<string, string> {
  const found = new Map<string, string>();
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return found;
  }
  for (const line of text.split(/\r?\n/)) {
    const [, key, raw] = /^\s*([^;#=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (!key) continue;
    const bare = raw.replace(/^(["'])(.*)\1$/, '$2');
    found.set(
      key,
      bare.replace(/\$\{([^}]+)\}/g, (whole, name: string) => env[name] ?? whole),
    );
  }
  return found;
}
