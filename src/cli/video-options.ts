/** The options of `inkstone video`. */

import type { OptionTable } from './command.ts';
import { positive, wholePositive } from './option-rules.ts';
import { listener } from './speech-options.ts';
import { summaryOptions } from './summary-options.ts';

export const videoOptions = {
  captioner: {
    type: 'string',
    placeholder: 'run|URL#MODEL',
    doc: {
      en: 'who says what a frame shows: a run of inkstone image train --task caption, or the URL#MODEL of an endpoint that takes pictures (key: INKSTONE_REMOTE_KEY)',
      zh: '由谁说明画面：inkstone image train --task caption 的训练记录，或接受图片的接口 URL#模型名（密钥：INKSTONE_REMOTE_KEY）',
    },
  },
  listener: {
    ...listener,
    canBeNone: true,
    doc: {
      en: 'who hears what is said, as in inkstone listen (default: what is installed, if anything is); --no-listener: nobody',
      zh: '由谁听写语音，同 inkstone listen（默认：已安装者，没有则不听）；--no-listener 则不听',
    },
  },
  every: {
    type: 'number',
    placeholder: 'seconds',
    rule: positive,
    doc: {
      en: 'a frame is looked at so often (default: every 5 s; pictures of a folder are 1 s apart)',
      zh: '每隔多少秒看一帧（默认：5 秒；目录中的图片相隔 1 秒）',
    },
  },
  scene: {
    type: 'number',
    default: 0.3,
    rule: {
      test: (x: number) => x > 0 && x <= 1,
      words: { en: 'in (0, 1]', zh: '在 (0, 1] 之内' },
    },
    doc: {
      en: 'and where a picture differs so much from the one before it: 0.3 is a cut, 1 never happens',
      zh: '画面与前一幅相差达到此值时也看一帧：0.3 为镜头切换，1 则从不',
    },
  },
  language: {
    type: 'string',
    choices: ['en', 'zh'],
    doc: {
      en: 'of the captions (default: that of these words)',
      zh: '画面说明的语言（默认：界面语言）',
    },
  },
  model: summaryOptions.model,
  sentences: summaryOptions.sentences,
  maxTokens: summaryOptions.maxTokens,
  contextTokens: summaryOptions.contextTokens,
  tokenizer: summaryOptions.tokenizer,
  maxFrames: {
    type: 'number',
    default: 1000,
    rule: wholePositive,
    doc: { en: 'frames that are looked at, at most 5000', zh: '最多看多少帧，上限 5000' },
  },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'also write timeline and summary here, as JSON',
      zh: '并将时间线与摘要以 JSON 写入此文件',
    },
  },
  work: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'where captions and speech are kept until the end, so that the same command goes on (default: beside --out, else video.work.json)',
      zh: '画面说明与语音存在哪里，直到结束，重复同一命令即可继续（默认：--out 旁边，否则 video.work.json）',
    },
  },
} as const satisfies OptionTable;
