import { expect, test } from 'vitest';
import { redact } from './redact.ts';

test.each([
  ['write to li.lei+x@mail.example.com.cn now', 'write to [email] now'],
  ['电话13812345678，谢谢', '电话[phone]，谢谢'],
  ['+1 (555) 010-9999', '[phone]'],
  ['call 555 010 9999!', 'call [phone]!'],
  ['sk-abcdefghijklmnop1234 and ik-AbCdEfGhIjKlMnOpQrStUv', '[key] and [key]'],
  ['token 0123456789abcdef0123456789abcdef', 'token [key]'],
  ['on 2026-11-26 there were 1200 poems', 'on 2026-11-26 there were 1200 poems'],
  ['a-very-long-name-with-dashes-and-no-figures', 'a-very-long-name-with-dashes-and-no-figures'],
  ['床前明月光', '床前明月光'],
])('%s', (text, redacted) => expect(redact(text)).toBe(redacted));

test('the work grows with the text, not faster', () => {
  for (const piece of ['a', '1', 'a-', '1 ', 'a@', 'a.', '(1', '@', '-', 'a1-']) {
    const took = (length: number) => {
      const text = piece.repeat(length / piece.length);
      const start = process.cpuUsage().user;
      redact(text);
      return process.cpuUsage(undefined).user - start;
    };
    // Quadratic work on a megabyte would take minutes.
    expect(took(1_000_000)).toBeLessThan(20_000_000);
  }
});
