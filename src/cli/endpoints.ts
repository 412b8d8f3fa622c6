/** `URL#MODEL`: a model behind an endpoint of OpenAI's wire format. */

interface NamedEndpoint {
  readonly url: string;
  readonly model: string;
  readonly apiKey?: string;
}

/** Reads it; undefined for what is no such address. The key comes from the environment, so that it stands in no list of processes. */
export function endpointOf(
  spec: string,
  apiKey: string | undefined = process.env.INKSTONE_REMOTE_KEY,
): NamedEndpoint | undefined {
  const [, url, model] = /^(https?:[^#]+)#(.+)$/.exec(spec) ?? [];
  return url === undefined ? undefined : { url, model, ...(apiKey !== undefined && { apiKey }) };
}
