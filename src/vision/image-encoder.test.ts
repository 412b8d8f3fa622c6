/** Which encoders of pictures can be asked for. */

import { expect, test } from 'vitest';
import { imageEncoderConfig } from './image-encoder.ts';

test('the side of a patch binds only what cuts pictures into patches', () => {
  expect(imageEncoderConfig({ size: 50 })).toMatchObject({ kind: 'cnn', size: 50 });
  expect(() => imageEncoderConfig({ kind: 'patches', size: 50 })).toThrow(
    '`patch` must be a divisor of 50, got 4',
  );
  expect(() => imageEncoderConfig({ kind: 'patches', width: 30 })).toThrow(
    '`heads` must be a divisor of 30, got 4',
  );
});

test('a complete config passes through unchanged', () => {
  const config = imageEncoderConfig({ kind: 'patches', patch: 8, layers: 2 });
  expect(imageEncoderConfig(config)).toEqual(config);
});
