/** The one way to the server: JSON in and out, errors as sentences in the reader's language, streams of events. */

let language = 'en';

/** In which language the server shall answer. */
export function setRequestLanguage(next: 'en' | 'zh'): void {
  language = next;
}

/** What the server refused, in its words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The status of an error that says that nobody answered. */
export const UNREACHABLE = 0;

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  /** Instead of a body: a file as it is. */
  readonly file?: Blob;
  /** Instead of both: a form. */
  readonly form?: FormData;
  readonly signal?: AbortSignal;
}

/** Asks the server for JSON. @throws ApiError with the server's sentence. */
export async function request<Answer>(path: string, options: RequestOptions = {}): Promise<Answer> {
  const response = await ask(path, options);
  if (response.status === 204) return undefined as Answer;
  return (await response.json()) as Answer;
}

/** The response itself, checked. @throws ApiError */
export async function ask(
  path: string,
  { method = 'GET', body, file, form, signal }: RequestOptions = {},
): Promise<Response> {
  const response = await fetch(path, {
    method,
    headers: {
      'accept-language': language,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(file && { 'content-type': 'application/octet-stream' }),
    },
    ...(file && { body: file }),
    ...(form && { body: form }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal,
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiError(UNREACHABLE, 'studio/unreachable', String(error));
  });
  if (response.ok) return response;
  throw await errorOf(response);
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => undefined)) as
    | { readonly error?: { readonly message?: string; readonly code?: string } }
    | undefined;
  const { message = response.statusText, code = `http/${response.status}` } = body?.error ?? {};
  return new ApiError(response.status, code, message);
}
