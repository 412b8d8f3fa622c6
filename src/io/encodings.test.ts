import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText, detectEncoding } from './encodings.ts';

/** Encodes by asking the decoder for every two bytes. */
const gbk = (() => {
  const decoder = new TextDecoder('gb18030');
  const bytes = new Map<string, number[]>();
  for (let lead = 0x81; lead <= 0xfe; lead++)
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const text = trail === 0x7f ? '' : decoder.decode(Uint8Array.of(lead, trail));
      if ([...text].length === 1 && !bytes.has(text)) bytes.set(text, [lead, trail]);
    }
  return (text: string) =>
    Buffer.from([...text].flatMap((char) => bytes.get(char) ?? [...Buffer.from(char)]));
})();

const chinese =
  '　　此开卷第一回也。作者自云：“因曾历过一番梦幻之后，故将真事隐去，而借‘通灵’之说，撰此《石头记》一书也。”\n';
const traditional =
  '春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少？白日依山盡，黃河入海流。欲窮千里目，更上一層樓。';
const english =
  'It is a truth universally acknowledged, that a single man — “in possession” — must be in want of a wife.\n';

describe('encodings', () => {
  test.each([
    ['utf-8', chinese + english, (text: string) => Buffer.from(text)],
    ['utf-8', `\ufeff${chinese}`, (text: string) => Buffer.from(text)],
    ['utf-16le', `\ufeff${chinese}`, (text: string) => Buffer.from(text, 'utf16le')],
    ['utf-16be', `\ufeff${english}`, (text: string) => Buffer.from(text, 'utf16le').swap16()],
    ['utf-16le', english, (text: string) => Buffer.from(text, 'utf16le')],
    ['utf-16be', english, (text: string) => Buffer.from(text, 'utf16le').swap16()],
    ['gb18030', chinese, gbk],
    ['gb18030', english + chinese, gbk],
    ['gb18030', traditional, gbk],
    ['utf-8', 'plain', (text: string) => Buffer.from(text)],
    ['utf-8', '', (text: string) => Buffer.from(text)],
  ])('%s is told: %j', (encoding, text, encode) => {
    expect(decodeText(encode(text), 'x')).toEqual({ text: text.replace('\ufeff', ''), encoding });
  });

  test('a sample that ends inside a character is read as the whole is', () => {
    for (const encode of [Buffer.from, gbk] as ((text: string) => Buffer)[]) {
      const bytes = encode(chinese + traditional + chinese);
      const whole = detectEncoding(bytes, true);
      for (let end = 30; end < bytes.length; end++) {
        expect(detectEncoding(bytes.subarray(0, end), false), `cut at ${end}`).toBe(whole);
      }
    }
    const emoji = Buffer.from('字'.repeat(9) + '😀'.repeat(9));
    for (let end = 9; end < emoji.length; end++) {
      expect(detectEncoding(emoji.subarray(0, end), false)).toBe('utf-8');
    }
  });

  test('damaged UTF-8 is an error with its place, never other Chinese', () => {
    const bytes = Buffer.from(chinese.repeat(3));
    for (const at of [10, 100, 200]) {
      for (const byte of [0xff, 0x41, 0xe6]) {
        const damaged = Buffer.from(bytes);
        damaged[at] = damaged[at] === byte ? 0x80 : byte;
        expect(() => decodeText(damaged, 'x.txt')).toThrow(/x\.txt: not UTF-8 at byte/);
      }
    }
  });

  test('any bytes give text or that error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          expect(typeof decodeText(bytes, 'x').text).toBe('string');
        } catch (error) {
          expect((error as { code: string }).code).toMatch(/^io\/utf/);
        }
      }),
    );
  });

  test('as iconv encodes it', () => {
    let bytes: Buffer;
    try {
      bytes = execFileSync('iconv', ['-f', 'utf-8', '-t', 'gb18030'], { input: `${chinese}䲟𠀀` });
    } catch {
      return; // A system without iconv.
    }
    expect(decodeText(bytes, 'x')).toEqual({ text: `${chinese}䲟𠀀`, encoding: 'gb18030' });
  });
});
