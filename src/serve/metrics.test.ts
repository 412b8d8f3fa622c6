import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

test('waits for the first event, as a histogram of Prometheus', () => {
  const metrics = createMetrics();
  for (const ms of [1, 15, 15, 45_000]) metrics.began(ms);
  const lines = metrics
    .text([])
    .split('\n')
    .filter((line) => line.includes('first_event_seconds'));
  expect(lines).toContain('# TYPE inkstone_first_event_seconds histogram');
  const counted = (rest: string) =>
    lines.find((line) => line.startsWith(`inkstone_first_event_seconds${rest} `))?.split(' ')[1];
  // Each border counts all that is not beyond it.
  expect(['0.002', '0.01', '0.02', '30', '+Inf'].map((le) => counted(`_bucket{le="${le}"}`))).toEqual([
    '1',
    '1',
    '3',
    '3',
    '4',
  ]);
  expect([counted('_sum'), counted('_count')]).toEqual(['45.031', '4']);
});
