/**
 * A model behind OpenAI's wire format, asked by OpenAI's own client: streamed text, and JSON by schema.
 * The model has random weights, so the text is nonsense; the form of the JSON is right all the same.
 * Run: npx tsx examples/04-serve.ts
 */

import { createRng } from 'inkstone';
import { createLanguageModel, init, preset } from 'inkstone/models';
import { createLocalModel, startServer } from 'inkstone/serve';
import { trainCharacters } from 'inkstone/text';
import OpenAI from 'openai';

const tokenizer = trainCharacters(['abcdefghijklmnopqrstuvwxyz 0123456789{}[]",:春夏秋冬'], {
  specialTokens: ['<|endoftext|>'],
});
const config = preset('nano', { vocabSize: tokenizer.vocabSize, contextLength: 256 });
const model = createLanguageModel(init(config, createRng(1)), config);
const served = createLocalModel({ id: 'nano', model, tokenizer, prefixIds: [tokenizer.eosId!] });
const server = await startServer({ models: [served], keys: ['my-key'] });
const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'my-key' });

let pieces = 0;
const stream = await client.completions.create({ model: 'nano', prompt: '春', max_tokens: 20, stream: true });
for await (const { choices } of stream) if (choices[0].text) pieces++;
console.log(`streamed in ${pieces} pieces`);

const { choices } = await client.chat.completions.create({
  model: 'nano',
  messages: [{ role: 'user', content: 'a season' }],
  max_tokens: 80,
  response_format: {
    type: 'json_schema',
    json_schema: {
      name: 'season',
      schema: {
        type: 'object',
        properties: {
          season: { enum: ['春', '夏', '秋', '冬'] },
          days: { type: 'integer', minimum: 80, maximum: 99 },
        },
        required: ['season', 'days'],
        additionalProperties: false,
      },
    },
  },
});
const { season, days } = JSON.parse(choices[0].message.content!);
console.log(`JSON by schema: ${season}, ${days} days`);

await server.close();
served.close();
