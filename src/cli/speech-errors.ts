/** What can go wrong where the command line speaks, listens and looks at videos. */

import { defineErrors } from '../errors.ts';

export const failSpeech = defineErrors({
  'cli/sound-format': {
    en: (d: { out: string; known: readonly string[] }) =>
      `speech: the ending of the file must be one of ${d.known.join(', ')}, got "${d.out}"`,
    zh: (d) => `语音：文件扩展名须为 ${d.known.join('、')} 之一，得到 "${d.out}"`,
  },
  'cli/no-words': {
    en: (d: { file: string }) =>
      `${d.file}: no word was heard; is it the right recording, and is it loud enough?`,
    zh: (d) => `${d.file}：没有听到任何词；录音是否正确、音量是否足够？`,
  },
  'cli/video-nobody': {
    en: () =>
      'video: somebody must look or listen: name a --captioner (a run of inkstone image train --task caption, or URL#MODEL), or a --listener',
    zh: () =>
      '视频：须有人看或听：请用 --captioner 指定（inkstone image train --task caption 的训练记录，或 URL#模型名），或指定 --listener',
  },
  'cli/video-length': {
    en: (d: { path: string; got: number; most: number }) =>
      `${d.path}: a video may last at most ${d.most} s, this one lasts ${d.got}; cut it into parts`,
    zh: (d) => `${d.path}：视频至多 ${d.most} 秒，此视频长 ${d.got} 秒；请切成几段`,
  },
  'cli/no-video': {
    en: (d: { path: string }) =>
      `${d.path}: must hold pictures or sound, and has neither; choose another file`,
    zh: (d) => `${d.path}：其中既没有画面也没有声音；请换一个文件`,
  },
  'cli/max-frames': {
    en: (d: { got: number; most: number }) =>
      `video: --max-frames must be at most ${d.most}, got ${d.got}; look less often with --every`,
    zh: (d) => `视频：--max-frames 至多为 ${d.most}，得到 ${d.got}；请用 --every 降低频率`,
  },
  'cli/no-video-work': {
    en: (d: { path: string }) =>
      `${d.path}: must be the work file of inkstone video; take it away, or name another with --work`,
    zh: (d) => `${d.path}：须为 inkstone video 的工作文件；请移走，或用 --work 另指一个`,
  },
  'cli/other-video': {
    en: (d: { path: string; differing: readonly string[] }) =>
      `${d.path}: holds other work (${d.differing.join(', ')} differ); finish that, take it away, or name another file with --work`,
    zh: (d) =>
      `${d.path}：其中是另一项工作（${d.differing.join('、')} 不同）；请先完成它、移走它，或用 --work 另指文件`,
  },
  'cli/speak-text': {
    en: () => 'speak: either a text or --file must be given, not both and not neither',
    zh: () => '朗读：须给出文字或 --file 之一，且只能给一个',
  },
});
