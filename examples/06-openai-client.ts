/**
 * OpenAI's own client, unmodified: it streams a text, calls a tool, asks for JSON by schema, and turns texts into vectors.
 * The model has random weights: what it says is nonsense, but every form is right.
 * Run: npx tsx examples/06-openai-client.ts
 */

import { createRng } from 'inkstone';
import { createLanguageModel, init, preset } from 'inkstone/models';
import { createLocalModel, startServer } from 'inkstone/serve';
import { trainCharacters } from 'inkstone/text';
import OpenAI from 'openai';

const letters = 'abcdefghijklmnopqrstuvwxyz 0123456789{}[]<>_/",:\n春夏秋冬';
const tokenizer = trainCharacters([letters], { specialTokens: ['<|endoftext|>'] });
const config = preset('nano', { vocabSize: tokenizer.vocabSize, contextLength: 512 });
const model = createLanguageModel(init(config, createRng(1)), config);
const served = createLocalModel({ id: 'nano', model, tokenizer, prefixIds: [tokenizer.eosId!] });
const server = await startServer({ models: [served] });

const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none' });
const ask = { model: 'nano', messages: [{ role: 'user' as const, content: 'a season' }], seed: 1 };
const schema = {
  type: 'object',
  properties: {
    season: { enum: ['春', '夏', '秋', '冬'] },
    days: { type: 'integer', minimum: 1, maximum: 9 },
  },
  required: ['season', 'days'],
};

let pieces = 0;
const stream = await client.chat.completions.create({ ...ask, max_tokens: 20, stream: true });
for await (const { choices } of stream) if (choices[0].delta.content) pieces++;
console.log(`streamed in ${pieces} pieces`);

const tools = [{ type: 'function' as const, function: { name: 'weather', parameters: schema } }];
const called = await client.chat.completions.create({
  ...ask,
  tools,
  tool_choice: 'required',
  parallel_tool_calls: false,
});
for (const call of called.choices[0].message.tool_calls ?? [])
  if (call.type === 'function')
    console.log(`${call.function.name}: ${JSON.parse(call.function.arguments).season}`);

const response_format = { type: 'json_schema' as const, json_schema: { name: 'season', schema } };
const json = await client.chat.completions.create({ ...ask, response_format });
console.log(`JSON by schema: ${JSON.parse(json.choices[0].message.content!).days} days`);

const { data } = await client.embeddings.create({ model: 'nano', input: ['春', '秋'] });
console.log(`${data.length} vectors of ${data[0].embedding.length} numbers`);

await server.close();
served.close();
