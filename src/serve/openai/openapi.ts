/** The OpenAPI document of a table of routes, its bodies from the same schemas that check requests. */

import { z } from 'zod';
import type { Route } from '../routes.ts';

const errorBody = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string(),
  }),
});

const contentTypes: Readonly<Record<Route['answers'], readonly string[]>> = {
  json: ['application/json'],
  text: ['text/plain'],
  events: ['application/json', 'text/event-stream'],
  sound: ['audio/mpeg', 'audio/ogg', 'audio/aac', 'audio/flac', 'audio/wav', 'audio/pcm'],
};

/** OpenAPI 3.1. `models` are the names that a request may give; none where they are not told. */
export function openApi(routes: readonly Route[], models: readonly string[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path][route.method] = operation(route, models);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Inkstone',
      version: '1',
      description: "OpenAI's wire format, with vLLM's names and our own for what it has not.",
    },
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      responses: {
        error: {
          description: 'What was wrong, in the language of Accept-Language (English, Chinese).',
          content: { 'application/json': { schema: schemaOf(errorBody) } },
        },
      },
    },
  };
}

function operation({ path, summary, isOpen, body, form, answers }: Route, models: readonly string[]): object {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  return {
    summary,
    security: isOpen ? [] : [{ key: [] }],
    ...(names.length > 0 && {
      parameters: names.map((name) => ({
        name,
        in: 'path',
        required: true,
        // That of a model is one of those that are served.
        schema: name === 'id' ? nameOf(models) : { type: 'string' },
      })),
    }),
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: withModels(schemaOf(body), models) } },
      },
    }),
    ...(form && {
      requestBody: { required: true, content: { 'multipart/form-data': { schema: schemaOf(form) } } },
    }),
    responses: {
      200: {
        description: 'What was asked for.',
        content: Object.fromEntries(contentTypes[answers].map((type) => [type, {}])),
      },
      default: { $ref: '#/components/responses/error' },
    },
  };
}

function schemaOf(schema: z.ZodType) {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}

const nameOf = (models: readonly string[]): object =>
  models.length > 0 ? { enum: models } : { type: 'string' };

/** A body's `model` is one of those that are served now. */
function withModels(schema: ReturnType<typeof schemaOf>, models: readonly string[]): object {
  const { properties = {} } = schema;
  return { ...schema, properties: { ...properties, model: nameOf(models) } };
}
