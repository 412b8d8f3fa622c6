import { defineWords } from '../../words.ts';

export const reviewWords = defineWords({
  title: { en: 'Review', zh: '审阅' },
  lead: {
    en: 'Texts that were flagged wait here for a person: approve, edit, reject, or make a rule.',
    zh: '被标记的文本在此等人处理：通过、修改、拒绝，或立一条规则。',
  },
  noState: { en: 'This server keeps no reviews', zh: '此服务器不保存审阅' },
  noStateHow: {
    en: 'It was started with --no-state. Start it without, and flagged texts are kept.',
    zh: '它以 --no-state 启动。去掉该选项即可保存被标记的文本。',
  },
  reviewerHow: {
    en: 'Two people judge each text without seeing the other. Your name tells them apart.',
    zh: '每篇由两人各自判断，互不可见；名字用来区分。',
  },
  queue: { en: 'Queue', zh: '队列' },
  open: { en: 'Waiting for me', zh: '等我处理' },
  openCount: {
    en: (count: number, isMore: boolean) => `Waiting for me: ${count}${isMore ? '+' : ''}`,
    zh: (count: number, isMore: boolean) => `等我处理：${count}${isMore ? '+' : ''}`,
  },
  as: { en: (name: string) => `Reviewer: ${name}`, zh: (name: string) => `审阅者：${name}` },
  otherPerson: { en: 'Another person takes over', zh: '换一位审阅者' },
  replace: { en: 'Replace that decision', zh: '替换那次处理' },
  done: { en: 'Decided by two', zh: '两人已定' },
  nothing: { en: 'Nothing waits for you', zh: '没有待处理的文本' },
  nothingDecided: { en: 'No text was decided by two yet', zh: '还没有两人都处理过的文本' },
  nothingDecidedHow: {
    en: 'Once a second person has judged a text, it stands here with both answers.',
    zh: '第二个人处理之后，文本连同两份意见会列在这里。',
  },
  nothingHow: {
    en: 'Texts come here when the guard repairs a loop, when a rule flags them, or when someone adds one below.',
    zh: '护栏修复循环、规则命中，或有人在下方添加时，文本会来到这里。',
  },
  loop: { en: 'a loop was repaired', zh: '修复过循环' },
  rule: { en: 'a rule matched', zh: '命中规则' },
  manual: { en: 'added by a person', zh: '由人添加' },
  prompt: { en: 'Prompt', zh: '提示' },
  output: { en: 'Output', zh: '输出' },
  approve: { en: 'Approve', zh: '通过' },
  edit: { en: 'Edit', zh: '修改' },
  reject: { en: 'Reject', zh: '拒绝' },
  makeRule: { en: 'Make a rule', zh: '立规则' },
  edited: { en: 'As it should have been', zh: '应当这样写' },
  save: { en: 'Save', zh: '保存' },
  cancel: { en: 'Cancel', zh: '取消' },
  pattern: { en: 'Text that the rule looks for', zh: '规则查找的文字' },
  action: { en: 'When it is found', zh: '找到时' },
  block: { en: 'end the text', zh: '结束文本' },
  rewrite: { en: 'put other words in its place', zh: '换成别的文字' },
  flag: { en: 'let it pass into this queue', zh: '放行并进入队列' },
  replacement: { en: 'Other words', zh: '替换为' },
  rules: { en: 'Rules', zh: '规则' },
  rulesNone: {
    en: 'None yet: “Make a rule” on a text makes the first.',
    zh: '还没有：在文本上选“立规则”即可。',
  },
  ruleOn: { en: (pattern: string) => `Rule on: ${pattern}`, zh: (pattern: string) => `启用规则：${pattern}` },
  ruleDoes: {
    en: (where: string, what: string) => `${where}: ${what}`,
    zh: (where: string, what: string) => `${where}：${what}`,
  },
  removeRule: { en: 'Delete rule', zh: '删除规则' },
  removeRuleHow: {
    en: 'Texts are no longer held to it. Switched off instead, it stays here.',
    zh: '此后文本不再受它约束。若只是关闭，它会留在这里。',
  },
  before: { en: 'in what is asked', zh: '在提问中' },
  after: { en: 'in what is written', zh: '在所写中' },
  both: { en: 'asked or written', zh: '在提问与所写中' },
  agreement: { en: 'Agreement', zh: '一致程度' },
  agreementNone: {
    en: 'It shows once two people have judged the same texts.',
    zh: '两人判断过相同文本后显示。',
  },
  kappaHow: {
    en: 'κ: agreement beyond chance. 1 is full agreement, 0 what guessing gives, – where both always said the same.',
    zh: 'κ：超出偶然的一致程度。1 为完全一致，0 与随意猜测相当；两人始终只有一种意见时记作 –。',
  },
  repairs: {
    en: (count: number) =>
      count === 1 ? 'the guard took one loop back' : `the guard took ${count} loops back`,
    zh: (count: number) => `护栏收回了 ${count} 处循环`,
  },
  disagreements: {
    en: (count: number) =>
      count === 1 ? 'One text on which they differ' : `${count} texts on which they differ`,
    zh: (count: number) => `意见不同的 ${count} 篇`,
  },
  show: { en: (place: number) => `Text ${place}`, zh: (place: number) => `第 ${place} 篇` },
  exportAll: { en: 'Save as training data', zh: '保存为训练数据' },
  exportHow: {
    en: 'JSON lines of prompt, chosen and rejected, by majority; ties are left out.',
    zh: '按多数意见生成 JSON 行：提示、采用、弃用；平局不计。',
  },
  add: { en: 'Add a text', zh: '添加文本' },
  addIt: { en: 'Put it into the queue', zh: '放入队列' },
  decided: {
    en: (decision: string) => `Decided: ${decision}`,
    zh: (decision: string) => `已处理：${decision}`,
  },
});
