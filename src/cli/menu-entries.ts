/** What the menu of a bare `inkstone` offers: it depends on the runs that are there. */

import { defineMessages } from '../language.ts';

/** The run in which something happened last. */
export interface LatestRun {
  readonly folder: string;
  /** As `--data` takes it. */
  readonly data: string;
  readonly state: 'running' | 'interrupted' | 'finished';
  readonly step: number;
}

/** What there is to go on with. */
export interface Found {
  readonly latest?: LatestRun;
  /** The latest run that has a model. */
  readonly model?: string;
}

export interface MenuEntry {
  readonly label: string;
  /** The words behind `inkstone`. */
  readonly words: readonly string[];
  /** An option whose value is asked for first. */
  readonly asks?: {
    readonly option: string;
    readonly question: string;
    /** With an empty answer the option is left out. */
    readonly canBeEmpty: boolean;
  };
}

const say = defineMessages({
  start: {
    en: () => 'The first run: fetch poems, train a model in two minutes, let it write',
    zh: () => '第一次：取诗、两分钟训练一个模型、让它写诗',
  },
  goOn: {
    en: (d: { run: string; step: number }) => `Go on training ${d.run}, which stopped at step ${d.step}`,
    zh: (d) => `继续训练 ${d.run}（停在第 ${d.step} 步）`,
  },
  write: { en: (d: { run: string }) => `Let ${d.run} write, here`, zh: (d) => `让 ${d.run} 在这里写作` },
  beginning: {
    en: () => 'How shall the text begin? (Enter alone: by itself)',
    zh: () => '开头写什么？（直接回车：由它自己开头）',
  },
  studio: {
    en: () => 'The studio in the browser: chat, look inside, compare runs',
    zh: () => '浏览器里的工作台：对话、看内部、比较各次训练',
  },
  watch: {
    en: (d: { run: string }) => `Watch ${d.run} being trained, in the browser`,
    zh: (d) => `在浏览器里旁观 ${d.run} 的训练`,
  },
  ownText: { en: () => 'Train on my own text', zh: () => '用我自己的文本训练' },
  which: {
    en: () => 'Which file or folder? (txt, csv, pdf, docx, …; or https://…, npm:NAME)',
    zh: () => '哪个文件或目录？（txt、csv、pdf、docx 等；或 https:// 网址、npm:包名）',
  },
  explain: { en: () => 'The words that are used here', zh: () => '这里用到的词是什么意思' },
  help: { en: () => 'All commands', zh: () => '全部命令' },
});

/** The entries in their order, each where it makes sense. */
const entries: readonly ((found: Found) => MenuEntry | undefined)[] = [
  ({ latest }) => (latest ? undefined : { label: say('start', {}), words: ['start'] }),
  ({ latest }) => {
    if (latest?.state !== 'interrupted') return undefined;
    const { folder, step, data } = latest;
    return { label: say('goOn', { run: folder, step }), words: ['train', '--data', data, '--out', folder] };
  },
  ({ model }) =>
    model === undefined
      ? undefined
      : {
          label: say('write', { run: model }),
          words: ['generate', model],
          asks: { option: '--prompt', question: say('beginning', {}), canBeEmpty: true },
        },
  ({ latest }) => {
    const isRunning = latest?.state === 'running';
    return { label: isRunning ? say('watch', { run: latest.folder }) : say('studio', {}), words: ['studio'] };
  },
  () => ({
    label: say('ownText', {}),
    words: ['train'],
    asks: { option: '--data', question: say('which', {}), canBeEmpty: false },
  }),
  () => ({ label: say('explain', {}), words: ['explain'] }),
  () => ({ label: say('help', {}), words: ['help'] }),
];

/** What can be done with what is there; the first is the likeliest wish. */
export function menuEntries(found: Found): MenuEntry[] {
  return entries.map((entry) => entry(found)).filter((entry) => entry !== undefined);
}
