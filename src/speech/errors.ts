/** What can go wrong with speech. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'speech/needs-speaker': {
    en: () =>
      'speech: to read aloud needs espeak-ng (Debian: apt-get install espeak-ng; macOS: brew install espeak-ng), or an endpoint: --speaker URL#MODEL',
    zh: () =>
      '语音：朗读需要 espeak-ng（Debian：apt-get install espeak-ng；macOS：brew install espeak-ng），或一个接口：--speaker URL#模型名',
  },
  'speech/needs-listener': {
    en: () =>
      'speech: to listen needs whisper.cpp (whisper-cli, with its model file in INKSTONE_WHISPER_MODEL), or pocketsphinx (English only; Debian: apt-get install pocketsphinx pocketsphinx-en-us), or an endpoint: --listener URL#MODEL',
    zh: () =>
      '语音：听写需要 whisper.cpp（whisper-cli，模型文件由 INKSTONE_WHISPER_MODEL 指定），或 pocketsphinx（仅英语；Debian：apt-get install pocketsphinx pocketsphinx-en-us），或一个接口：--listener URL#模型名',
  },
  'speech/needs-program': {
    en: (d: { engine: string }) =>
      `speech: ${d.engine} is not installed, or not on the path; install it, or choose another`,
    zh: (d) => `语音：没有安装 ${d.engine}，或不在 PATH 中；请安装，或换用其他`,
  },
  'speech/needs-model': {
    en: (d: { got: string | undefined }) =>
      `speech: whisper-cli needs a model file (ggml-….bin), got ${d.got === undefined ? 'none' : `"${d.got}"`}; name one: --listener whisper-cli:FILE, or INKSTONE_WHISPER_MODEL`,
    zh: (d) =>
      `语音：whisper-cli 需要模型文件（ggml-….bin），得到${d.got === undefined ? '空' : ` "${d.got}"`}；请指定：--listener whisper-cli:文件，或 INKSTONE_WHISPER_MODEL`,
  },
  'speech/engine': {
    en: (d: { what: 'speaker' | 'listener'; got: string; known: readonly string[] }) =>
      `speech: --${d.what} must be ${d.known.join(', ')} or URL#MODEL, got "${d.got}"`,
    zh: (d) => `语音：--${d.what} 须为 ${d.known.join('、')} 或 URL#模型名，得到 "${d.got}"`,
  },
  'speech/voice': {
    en: (d: { voice: string; speaker: string }) =>
      `speech: ${d.speaker} has no voice "${d.voice}"; espeak-ng --voices lists them, such as en-us, en-gb+f3, cmn`,
    zh: (d) =>
      `语音：${d.speaker} 没有声音 "${d.voice}"；espeak-ng --voices 可列出全部，如 en-us、en-gb+f3、cmn`,
  },
  'speech/speed': {
    en: (d: { got: number; least: number; most: number }) =>
      `speech: \`speed\` must be from ${d.least} to ${d.most}, got ${d.got}`,
    zh: (d) => `语音：\`speed\` 须为 ${d.least} 到 ${d.most}，得到 ${d.got}`,
  },
  'speech/language': {
    en: (d: { listener: string; got: string; known: readonly string[] }) =>
      `speech: ${d.listener} understands ${d.known.join(', ')}, not "${d.got}"; choose another listener`,
    zh: (d) => `语音：${d.listener} 只懂 ${d.known.join('、')}，不懂 "${d.got}"；请换用其他 --listener`,
  },
  'speech/nothing': {
    en: () => 'speech: the text must have a word that can be said, and has none',
    zh: () => '语音：文字中须有可以读出的词，但没有',
  },
  'speech/text-length': {
    en: (d: { got: number; limit: number }) =>
      `speech: at most ${d.limit} characters are read aloud at once, got ${d.got}; give less at a time`,
    zh: (d) => `语音：一次至多朗读 ${d.limit} 个字符，得到 ${d.got}；请分次朗读`,
  },
  'speech/seconds': {
    en: (d: { limit: number }) =>
      `speech: at most ${d.limit} s are read aloud at once, and this text takes longer; give less at a time`,
    zh: (d) => `语音：一次至多朗读 ${d.limit} 秒，此文字需时更长；请分次朗读`,
  },
  'speech/transcript': {
    en: (d: { listener: string }) =>
      `speech: ${d.listener} must write a transcript as it always does, and wrote something else; is it a version that is known?`,
    zh: (d) => `语音：${d.listener} 没有按其格式写出听写结果；是否为受支持的版本？`,
  },
});
