/** The options of `inkstone speak` and `listen`, and of what else speaks and listens. */

import type { OptionTable } from './command.ts';

/** NOTE By name only: the help must not load what writes them. */
export const spokenFormats = ['wav', 'pcm', 'mp3', 'opus', 'aac', 'flac'] as const;

export const speaker = {
  type: 'string',
  placeholder: 'name|URL#MODEL',
  doc: {
    en: 'who speaks: espeak-ng, or the URL#MODEL of an endpoint (key: INKSTONE_REMOTE_KEY; default: espeak-ng if it is installed)',
    zh: '由谁朗读：espeak-ng，或接口的 URL#模型名（密钥：INKSTONE_REMOTE_KEY；默认：已安装的 espeak-ng）',
  },
} as const;

export const listener = {
  type: 'string',
  placeholder: 'name|URL#MODEL',
  doc: {
    en: 'who listens: whisper-cli:FILE with its model, pocketsphinx (English), or the URL#MODEL of an endpoint (key: INKSTONE_REMOTE_KEY; default: what is installed)',
    zh: '由谁听写：whisper-cli:模型文件、pocketsphinx（英语），或接口的 URL#模型名（密钥：INKSTONE_REMOTE_KEY；默认：已安装者）',
  },
} as const;

/** Of a server: what is installed is used unless it is told not to. */
export const servedSpeech = {
  speaker: {
    ...speaker,
    canBeNone: true,
    doc: {
      en: 'who reads aloud at /v1/audio/speech: espeak-ng, or URL#MODEL of an endpoint (default: espeak-ng if it is installed); --no-speaker: nobody',
      zh: '由谁在 /v1/audio/speech 朗读：espeak-ng，或接口的 URL#模型名（默认：已安装的 espeak-ng）；--no-speaker 则无人',
    },
  },
  listener: {
    ...listener,
    canBeNone: true,
    doc: {
      en: 'who listens at /v1/audio/transcriptions: whisper-cli:FILE, pocketsphinx, or URL#MODEL of an endpoint (default: what is installed); --no-listener: nobody',
      zh: '由谁在 /v1/audio/transcriptions 听写：whisper-cli:模型文件、pocketsphinx，或接口的 URL#模型名（默认：已安装者）；--no-listener 则无人',
    },
  },
  captioner: {
    type: 'string',
    placeholder: 'run|URL#MODEL',
    doc: {
      en: 'also describe videos at /v1/video/descriptions; who says what a frame shows, as in inkstone video',
      zh: '同时在 /v1/video/descriptions 描述视频；由谁说明画面，同 inkstone video',
    },
  },
} as const satisfies OptionTable;

export const speakOptions = {
  out: {
    type: 'string',
    placeholder: 'file',
    default: 'speech.wav',
    doc: {
      en: 'the file of the sound; its ending is its format: .wav, or with ffmpeg .mp3, .opus, .aac, .flac',
      zh: '声音文件；扩展名即格式：.wav，装有 ffmpeg 时还可为 .mp3、.opus、.aac、.flac',
    },
  },
  file: {
    type: 'string',
    placeholder: 'file',
    doc: { en: 'read this text file aloud', zh: '朗读此文本文件' },
  },
  language: {
    type: 'string',
    choices: ['en', 'zh'],
    doc: {
      en: 'the language of every sentence (default: each its own)',
      zh: '所有句子的语言（默认：逐句判断）',
    },
  },
  voice: {
    type: 'string',
    placeholder: 'name',
    doc: {
      en: 'the voice, as the speaker names it: en-gb+f3, cmn, alloy, … (default: by language)',
      zh: '声音，用引擎的名称：en-gb+f3、cmn、alloy……（默认：依语言）',
    },
  },
  speed: {
    type: 'number',
    default: 1,
    rule: {
      test: (x: number) => x >= 0.25 && x <= 4,
      words: { en: 'from 0.25 to 4', zh: '为 0.25 到 4' },
    },
    doc: { en: 'how fast, as a multiple of the usual', zh: '语速，为通常的几倍' },
  },
  speaker,
} as const satisfies OptionTable;

export const listenOptions = {
  format: {
    type: 'string',
    choices: ['text', 'srt', 'vtt'],
    default: 'text',
    doc: { en: 'text, or subtitles with times', zh: '纯文本，或带时间的字幕' },
  },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: { en: 'also write it here', zh: '并写入此文件' },
  },
  language: {
    type: 'string',
    placeholder: 'code',
    doc: {
      en: 'of the speech: en, zh, … (default: the listener finds out, if it can)',
      zh: '语音的语言：en、zh……（默认：由引擎判断）',
    },
  },
  words: {
    type: 'string',
    placeholder: 'text',
    doc: {
      en: 'names and words that may be said, for a listener that heeds them',
      zh: '可能出现的人名与词语，供支持此项的引擎参考',
    },
  },
  listener,
} as const satisfies OptionTable;
