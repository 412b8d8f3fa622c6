import { defineWords } from '../../words.ts';

export const chatWords = defineWords({
  title: { en: 'Chat', zh: '对话' },
  lead: {
    en: 'Talk with a model. Every answer can be written anew, every question changed: the earlier branches are kept.',
    zh: '与模型对话。每个回答都可重写，每个问题都可修改，原来的分支都会保留。',
  },
  conversations: { en: 'Conversations', zh: '会话' },
  fresh: { en: 'New conversation', zh: '新会话' },
  search: { en: 'Search', zh: '搜索' },
  nothingFound: { en: 'No conversation says that', zh: '没有会话提到它' },
  untitled: { en: 'Untitled', zh: '未命名' },
  none: { en: 'Nothing said yet', zh: '还没有说话' },
  noneHow: {
    en: 'Write below and press Enter. A model trained only on poems answers with poems: it goes on from what you say.',
    zh: '在下面输入并按回车。只学过诗的模型会以诗作答：它接着你的话往下写。',
  },
  speak: { en: 'Speak', zh: '说话' },
  stopSpeaking: { en: 'Stop recording', zh: '停止录音' },
  hearing: { en: 'Listening …', zh: '正在听写……' },
  recording: {
    en: 'Recording. Press again when you have finished.',
    zh: '正在录音。说完后再按一次。',
  },
  heardNothing: { en: 'No word was heard.', zh: '没有听到任何词。' },
  noListener: {
    en: 'Nobody listens at this server. Install whisper.cpp or pocketsphinx there, or start it with --listener URL#MODEL.',
    zh: '此服务器没有听写引擎。请在其上安装 whisper.cpp 或 pocketsphinx，或启动时加 --listener URL#模型名。',
  },
  noMicrophone: {
    en: 'This browser gives no microphone here: that needs a microphone, your consent, and https or localhost.',
    zh: '浏览器在此无法使用麦克风：需要麦克风、您的同意，以及 https 或 localhost。',
  },
  sentTo: {
    en: (host: string) => `What you say is sent to ${host}.`,
    zh: (host: string) => `您说的话会发送至 ${host}。`,
  },
  readAloud: { en: 'Read aloud', zh: '朗读' },
  stopReading: { en: 'Stop reading', zh: '停止朗读' },
  noSpeaker: {
    en: 'Nobody reads aloud here: this browser has no voice, and the server has no speaker. Install espeak-ng there, or start it with --speaker URL#MODEL.',
    zh: '无法朗读：浏览器没有语音，服务器也没有朗读引擎。请在服务器上安装 espeak-ng，或启动时加 --speaker URL#模型名。',
  },
  nothingToRead: { en: 'There is no word to read.', zh: '没有可读的词。' },
  say: { en: 'Say something', zh: '说点什么' },
  send: { en: 'Send', zh: '发送' },
  stop: { en: 'Stop', zh: '停止' },
  you: { en: 'You', zh: '你' },
  edit: { en: 'Edit', zh: '修改' },
  save: { en: 'Send as changed', zh: '以修改后的发送' },
  cancel: { en: 'Cancel', zh: '取消' },
  answer: { en: 'Let it answer', zh: '让它回答' },
  again: { en: 'Answer anew', zh: '重新回答' },
  unsaved: { en: 'This answer is not saved.', zh: '此回答尚未保存。' },
  saveAgain: { en: 'Save again', zh: '再次保存' },
  discard: { en: 'Discard', zh: '舍弃' },
  before: { en: 'Earlier version', zh: '上一版本' },
  next: { en: 'Later version', zh: '下一版本' },
  versions: {
    en: (now: number, all: number) => `${now} of ${all}`,
    zh: (now: number, all: number) => `${now} / ${all}`,
  },
  remove: { en: 'Delete conversation', zh: '删除会话' },
  removeHow: {
    en: 'All of its branches are removed for ever.',
    zh: '它的全部分支都将永久删除。',
  },
  exportAs: { en: 'Export', zh: '导出' },
  notKept: {
    en: 'This server keeps no state: the conversation is gone when the page is closed.',
    zh: '本服务器不保存状态：关闭页面后会话即消失。',
  },
  opening: {
    en: 'Opening the conversations … the first time takes some seconds',
    zh: '正在打开会话……首次需要数秒',
  },
  figures: {
    en: (tokens: number, speed: string, ms: number) =>
      `${tokens === 1 ? '1 token' : `${tokens} tokens`}, ${speed} tokens/s, first after ${ms} ms`,
    zh: (tokens: number, speed: string, ms: number) => `${tokens} 词元，${speed} 词元/秒，首词元 ${ms} 毫秒`,
  },
  repaired: {
    en: (n: number) => (n === 1 ? 'one loop repaired' : `${n} loops repaired`),
    zh: (n: number) => `修复 ${n} 处循环`,
  },
  settings: { en: 'How it writes', zh: '写作方式' },
  guard: { en: 'Guard against loops', zh: '防复读护栏' },
  tokens: { en: 'At most so many tokens', zh: '最多词元数' },
  strategy: { en: 'Strategy', zh: '策略' },
});
