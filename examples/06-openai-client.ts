/**
 * OpenAI's own client, unmodified, on whatever `npm start` or `inkstone serve` serves: a text as it is written, a tool that
 * is called, JSON by schema. A model that has only read poems fills the forms with nonsense, rightly as far as its window goes.
 * Run, while it serves: npx tsx examples/06-openai-client.ts
 */

import OpenAI from 'openai';

const [baseURL = 'http://127.0.0.1:8080/v1', apiKey = 'none'] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey });
const [{ id: model }] = (await client.models.list()).data;
const ask = { model, messages: [{ role: 'user' as const, content: '春' }] };
const schema = { type: 'object', properties: { when: { enum: ['春', '秋'] } }, required: ['when'] };

for await (const { choices } of await client.chat.completions.create({
  ...ask,
  max_tokens: 20,
  stream: true,
}))
  process.stdout.write(choices[0].delta.content ?? '');

const tools = [{ type: 'function' as const, function: { name: 'sky', parameters: schema } }];
const choice = { tools, tool_choice: 'required' as const, parallel_tool_calls: false };
const called = await client.chat.completions.create({ ...ask, ...choice });
for (const call of called.choices[0].message.tool_calls ?? [])
  if (call.type === 'function') console.log(`\n${call.function.name} ${call.function.arguments}`);

const response_format = { type: 'json_schema' as const, json_schema: { name: 'answer', schema } };
const { choices } = await client.chat.completions.create({ ...ask, response_format });
console.log(choices[0].message.content);
