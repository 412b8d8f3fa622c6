import { defineWords } from '../../words.ts';

export const labelWords = defineWords({
  title: { en: 'Label', zh: '标注' },
  lead: {
    en: 'Two people give each text a label, one key each; how far they agree; data to train a classifier on.',
    zh: '两人各按一键为每条文本选标签；度量一致程度；得到训练分类器的数据。',
  },
  noState: { en: 'This server keeps no labels', zh: '此服务器不保存标注' },
  noStateHow: {
    en: 'It was started with --no-state. Start it without, and labels are kept.',
    zh: '它以 --no-state 启动。去掉该选项即可保存标注。',
  },
  nameHow: {
    en: 'Two people label each text, and neither sees what the other chose. Your name tells them apart.',
    zh: '每条文本由两人标注，互不可见；名字用来区分。',
  },
  as: { en: (name: string) => `Annotator: ${name}`, zh: (name: string) => `标注者：${name}` },
  otherPerson: { en: 'Another person takes over', zh: '换一位标注者' },
  tasks: { en: 'Tasks', zh: '任务' },
  none: { en: 'No task yet: the form makes the first.', zh: '还没有任务：用表单新建第一个。' },
  progress: {
    en: (done: number, items: number) => `${done} of ${items} texts done`,
    zh: (done: number, items: number) => `已完成 ${done} / ${items} 条`,
  },
  own: { en: (items: number) => `${items} by you`, zh: (items: number) => `你标了 ${items} 条` },
  remove: { en: (name: string) => `Delete ${name}`, zh: (name: string) => `删除 ${name}` },
  removeHow: {
    en: 'Its texts and every label that was given to them go with it.',
    zh: '其中的文本和所有标签会一并删除。',
  },
  make: { en: 'New task', zh: '新任务' },
  taskName: { en: 'Name', zh: '名称' },
  labels: { en: 'Labels', zh: '标签' },
  labelsHow: { en: 'two or more, separated by commas', zh: '两个以上，以逗号分隔' },
  texts: { en: 'Texts', zh: '文本' },
  textsHow: { en: 'one a line', zh: '每行一条' },
  file: { en: 'Or a file', zh: '或选择文件' },
  fileHow: {
    en: 'CSV, TSV, JSON lines; or plain text, one a line',
    zh: 'CSV、TSV、JSON 行；或纯文本，每行一条',
  },
  choose: { en: 'Choose a file', zh: '选择文件' },
  column: { en: 'Column of the text', zh: '文本所在列' },
  columnHow: { en: 'where it is not called text', zh: '列名不是 text 时填写' },
  makeIt: { en: 'Make the task', zh: '新建任务' },
  allTasks: { en: 'All tasks', zh: '全部任务' },
  view: { en: 'View', zh: '视图' },
  give: { en: 'Give labels', zh: '标注' },
  results: { en: 'Results', zh: '结果' },
  text: { en: (number: number) => `Text ${number}`, zh: (number: number) => `第 ${number} 条` },
  suggested: {
    en: (label: string, score: string) => `The classifier would say: ${label} (${score})`,
    zh: (label: string, score: string) => `分类器的建议：${label}（${score}）`,
  },
  choices: { en: 'Which label?', zh: '选哪个标签？' },
  skip: { en: 'Skip', zh: '跳过' },
  undo: { en: 'Undo', zh: '撤销' },
  given: { en: (label: string) => `Given: ${label}`, zh: (label: string) => `已标：${label}` },
  undone: { en: 'Taken back', zh: '已撤销' },
  finished: { en: 'Nothing waits for you', zh: '没有等你标注的文本' },
  finishedHow: {
    en: 'You labelled every text that still needed you. The results show how far you agree.',
    zh: '需要你标注的都已完成。结果页显示一致程度。',
  },
  onlySkipped: { en: 'The end of the list', zh: '已到末尾' },
  onlySkippedHow: { en: 'What you skipped still waits.', zh: '跳过的仍在等待。' },
  again: { en: 'Go on with what was skipped', zh: '继续标注跳过的' },
  seeResults: { en: 'See the results', zh: '查看结果' },
  agreement: { en: 'Agreement', zh: '一致程度' },
  agreementNone: {
    en: 'It shows once two people have labelled the same text.',
    zh: '两人标注过同一文本后显示。',
  },
  alpha: { en: 'Krippendorff’s α', zh: 'Krippendorff α' },
  ac1: { en: 'Gwet’s AC1', zh: 'Gwet AC1' },
  agreementHow: {
    en: 'Beyond chance: 1 is full agreement, 0 what guessing gives, – where nothing can be said. κ is of two people, α and AC1 of everyone; AC1 stays fair where nearly all texts have one label.',
    zh: '超出偶然的一致程度：1 为完全一致，0 与随意猜测相当，– 表示无从判断。κ 针对两人，α 与 AC1 针对所有人；几乎都是同一标签时，AC1 仍然可靠。',
  },
  disagreements: {
    en: (open: number, all: number) => `Disagreements: ${open} of ${all} to decide`,
    zh: (open: number, all: number) => `分歧：共 ${all} 条，${open} 条待定`,
  },
  disagreementsNone: { en: 'No two differ so far.', zh: '目前没有分歧。' },
  said: {
    en: (annotator: string, label: string) => `${annotator}: ${label}`,
    zh: (annotator: string, label: string) => `${annotator}：${label}`,
  },
  decide: {
    en: (number: number) => `What text ${number} is`,
    zh: (number: number) => `第 ${number} 条的定论`,
  },
  exported: { en: 'Training data', zh: '训练数据' },
  usable: {
    en: (usable: number, items: number) =>
      `${usable} of ${items} texts: those with one label, from one person or both, and those decided above.`,
    zh: (usable: number, items: number) =>
      `${items} 条中的 ${usable} 条：标签唯一（一人所标或两人一致）的，以及上面已定的。`,
  },
  save: { en: (kind: string) => `Save as ${kind}`, zh: (kind: string) => `保存为 ${kind}` },
  train: { en: 'Train a classifier on it', zh: '用它训练分类器' },
});
