import { expect, test } from 'vitest';
import type { ToolContext } from './tool.ts';
import { commandTool, httpTool } from './user-tools.ts';

const context: ToolContext = { now: new Date(), language: 'en', signal: new AbortController().signal };
const head = { description: 'd', hasEffect: false, parameters: { type: 'object' } };

test('an argument does not climb out of the path of its address', async () => {
  const asked: string[] = [];
  const fetch = async (address: unknown) => {
    asked.push(String(address));
    return new Response('found');
  };
  const tool = httpTool({
    ...{ ...head, name: 'order', url: 'http://shop.example/orders/{number}/{part}?in={language}' },
    fetch: fetch as typeof globalThis.fetch,
  });
  expect(await tool.run({ number: '1/2', part: '..x', language: '..' }, context)).toBe('found');
  expect(asked).toEqual(['http://shop.example/orders/1%2F2/..x?in=..']);
  const climbs = tool.run({ number: '..', part: 'admin', language: 'en' }, context);
  await expect(climbs).rejects.toThrow(/must not be "\.\."/);
  expect(asked).toHaveLength(1);
});

test('a program that says more than is read runs to its end', async () => {
  const code = 'process.stdout.write("x".repeat(1 << 20), () => process.stdout.write("end"))';
  const tool = commandTool({ ...head, name: 'talker', command: [process.execPath, '-e', code] });
  const said = await tool.run({}, context);
  expect(said).toMatch(/^x+$/);
  expect(said.length).toBeLessThan(1 << 20);
});
