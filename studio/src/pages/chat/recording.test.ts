/** The microphone is not left on. */

import { afterEach, expect, test, vi } from 'vitest';
import { startRecording } from './recording.ts';

afterEach(() => vi.unstubAllGlobals());

test('a microphone that cannot be recorded from is let go', async () => {
  const stop = vi.fn();
  vi.stubGlobal('navigator', {
    mediaDevices: { getUserMedia: async () => ({ getTracks: () => [{ stop }] }) },
  });
  vi.stubGlobal(
    'MediaRecorder',
    class {
      start() {
        throw new Error('no such format');
      }
    },
  );
  await expect(startRecording(() => {})).rejects.toThrow('no such format');
  expect(stop).toHaveBeenCalledOnce();
});
