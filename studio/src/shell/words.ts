import { defineWords } from '../words.ts';

export const shellWords = defineWords({
  skip: { en: 'Skip to the page', zh: '跳到正文' },
  menu: { en: 'Menu', zh: '菜单' },
  pages: { en: 'Pages', zh: '页面' },
  home: { en: 'Start', zh: '开始' },
  runs: { en: 'Runs', zh: '训练' },
  write: { en: 'Write', zh: '写作' },
  chat: { en: 'Chat', zh: '对话' },
  repetition: { en: 'Repetition', zh: '复读' },
  inside: { en: 'Inside', zh: '内部' },
  documents: { en: 'Documents', zh: '文档' },
  review: { en: 'Review', zh: '审阅' },
  settings: { en: 'API', zh: '接口' },
  light: { en: 'light', zh: '浅色' },
  dark: { en: 'dark', zh: '深色' },
  auto: { en: 'as the system', zh: '跟随系统' },
  theme: { en: (now: string) => `Theme: ${now}`, zh: (now: string) => `主题：${now}` },
  lost: {
    en: 'The server does not answer. Trying again; nothing you see is lost.',
    zh: '服务器没有应答，正在重试；页面内容不会丢失。',
  },
  crashed: { en: 'This page broke', zh: '本页出错了' },
  crashedHow: {
    en: 'The others still work. Trying again usually helps; what you typed elsewhere is kept.',
    zh: '其他页面仍可使用。通常重试即可；别处输入的内容都还在。',
  },
  again: { en: 'Try again', zh: '重试' },
  nowhere: { en: 'There is no such page', zh: '没有这个页面' },
  nowhereHow: {
    en: 'The address may be old or mistyped.',
    zh: '地址可能已失效，或输入有误。',
  },
  keyNeeded: { en: 'This server asks for a key', zh: '本服务器需要密钥' },
  keyHow: {
    en: 'It was shown by inkstone keys create, or given with --api-key when the server was started. It is kept in a cookie that no script can read.',
    zh: '它由 inkstone keys create 显示，或在启动时用 --api-key 给出；保存在脚本无法读取的 cookie 中。',
  },
  key: { en: 'API key', zh: 'API 密钥' },
  keyWrong: { en: 'The server does not know this key.', zh: '服务器不认识这个密钥。' },
  signIn: { en: 'Sign in', zh: '登录' },
  toStart: { en: 'To the start', zh: '回到开始' },
});
