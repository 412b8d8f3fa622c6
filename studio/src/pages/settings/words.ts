import { defineWords } from '../../words.ts';

export const settingsWords = defineWords({
  title: { en: 'API', zh: '接口' },
  lead: {
    en: 'Whatever speaks OpenAI’s protocol can use your models: chat windows, editors, your own programs.',
    zh: '任何使用 OpenAI 协议的程序都能调用你的模型：聊天窗口、编辑器、你自己的程序。',
  },
  address: { en: 'Address', zh: '地址' },
  models: { en: 'Models served now', zh: '正在提供的模型' },
  none: { en: 'none: load one from the runs', zh: '无：可从训练中载入' },
  unload: { en: 'Unload', zh: '卸下' },
  ready: { en: 'ready', zh: '就绪' },
  starting: { en: 'starting', zh: '启动中' },
  context: { en: (n: string) => `context ${n}`, zh: (n: string) => `上下文 ${n}` },
  vocabulary: { en: (n: string) => `vocabulary ${n}`, zh: (n: string) => `词表 ${n}` },
  curl: { en: 'From a terminal', zh: '在终端中' },
  javascript: { en: 'From JavaScript, with the openai package', zh: '在 JavaScript 中，用 openai 包' },
  python: { en: 'From Python, with the openai package', zh: '在 Python 中，用 openai 包' },
  key: {
    en: 'Where the server asks for keys (inkstone keys create, or --api-key), put yours in the place of sk-none.',
    zh: '若服务器需要密钥（由 inkstone keys create 或 --api-key 给出），请把 sk-none 换成你的密钥。',
  },
  document: { en: 'Every route and field: the OpenAPI document', zh: '全部路径与字段：OpenAPI 文档' },
  ours: { en: 'Beyond OpenAI’s fields', zh: 'OpenAI 之外的字段' },
  oursHow: {
    en: 'strategy (how the text is searched for), guard (loops are taken back), min_p, typical_p, dry, no_repeat_ngram, regex, choices, grammar.',
    zh: 'strategy（文本的搜索方法）、guard（收回循环），以及 min_p、typical_p、dry、no_repeat_ngram、regex、choices、grammar。',
  },
  signOut: { en: 'Sign out', zh: '退出登录' },
  keys: { en: 'Keys', zh: '按键' },
  keysHow: {
    en: 'g and then: s start, r runs, w write, c chat, l repetition, i inside, v review, a API. Arrow keys walk over tokens; Ctrl + Enter writes.',
    zh: '先按 g，再按：s 开始、r 训练、w 写作、c 对话、l 复读、i 内部、v 审阅、a 接口。方向键在词元间移动；Ctrl + 回车开始写。',
  },
});
