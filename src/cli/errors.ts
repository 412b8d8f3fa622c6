/** What can go wrong on the command line. */

import { defineErrors } from '../errors.ts';

const hint = (near: string | undefined): string => (near ? `; did you mean "${near}"?` : '');
const zhHint = (near: string | undefined): string => (near ? `，是不是 "${near}"？` : '');

export const fail = defineErrors({
  'cli/command': {
    en: (d: { name: string; near?: string }) =>
      `inkstone: there is no command "${d.name}"${hint(d.near) || '; see inkstone --help'}`,
    zh: (d) => `inkstone：没有 "${d.name}" 这个命令${zhHint(d.near) || '；请看 inkstone --help'}`,
  },
  'cli/option': {
    en: (d: { command: string; option: string; near?: string }) =>
      `${d.command}: there is no option "${d.option}"${hint(d.near) || `; see inkstone ${d.command} --help`}`,
    zh: (d) =>
      `${d.command}：没有 "${d.option}" 这个选项${zhHint(d.near) || `；请看 inkstone ${d.command} --help`}`,
  },
  'cli/other-verb': {
    en: (d: { command: string; verb: string; option: string; verbs: readonly string[] }) =>
      `${d.command} ${d.verb}: ${d.option} is an option of ${d.verbs.map((verb) => `"${d.command} ${verb}"`).join(', ')} only; leave it out`,
    zh: (d) =>
      `${d.command} ${d.verb}：${d.option} 只用于 ${d.verbs.map((verb) => `"${d.command} ${verb}"`).join('、')}；请去掉`,
  },
  'cli/missing-value': {
    en: (d: { command: string; option: string }) => `${d.command}: ${d.option} needs a value`,
    zh: (d) => `${d.command}：${d.option} 需要一个值`,
  },
  'cli/missing-argument': {
    en: (d: { command: string; argument: string; example: string }) =>
      `${d.command}: ${d.argument} is missing; for example: ${d.example}`,
    zh: (d) => `${d.command}：缺少 ${d.argument}；例如：${d.example}`,
  },
  'cli/too-many-arguments': {
    en: (d: { command: string; got: string; takesData: boolean }) =>
      `${d.command}: does not expect "${d.got}"; ${d.takesData ? 'give a source with --data' : 'quote text that has spaces'}`,
    zh: (d) =>
      `${d.command}：多余的参数 "${d.got}"；${d.takesData ? '文本来源请用 --data 给出' : '含空格的文字请加引号'}`,
  },
  'cli/value': {
    en: (d: { command: string; option: string; rule: string; zhRule: string; got: string; near?: string }) =>
      `${d.command}: ${d.option} must be ${d.rule}, got "${d.got}"${hint(d.near)}`,
    zh: (d) => `${d.command}：${d.option} 必须${d.zhRule}，得到 "${d.got}"${zhHint(d.near)}`,
  },
  'cli/config-key': {
    en: (d: { command: string; key: string; file: string; line: number; near?: string }) =>
      `${d.command}: "${d.key}" is not a key (${d.file}:${d.line})${hint(d.near)}`,
    zh: (d) => `${d.command}：没有 "${d.key}" 这一项（${d.file}:${d.line}）${zhHint(d.near)}`,
  },
  'cli/config-value': {
    en: (d: { command: string; key: string; file: string; line: number }) =>
      `${d.command}: "${d.key}" must be one text, number, true or false (${d.file}:${d.line})`,
    zh: (d) => `${d.command}："${d.key}" 必须是单个文本、数字、true 或 false（${d.file}:${d.line}）`,
  },
  'cli/conflict': {
    en: (d: { command: string; options: readonly string[]; reason: string; zhReason: string }) =>
      `${d.command}: ${d.options.join(' and ')} cannot come together: ${d.reason}; leave one out`,
    zh: (d) => `${d.command}：${d.options.join(' 与 ')} 不能同时给出：${d.zhReason}；请去掉其一`,
  },
  'cli/needs-option': {
    en: (d: { command: string; option: string; needed: string }) =>
      `${d.command}: ${d.option} has an effect with ${d.needed} only; give that too, or leave it out`,
    zh: (d) => `${d.command}：${d.option} 只在给出 ${d.needed} 时有效；请一并给出，或去掉它`,
  },
  'cli/view-file': {
    en: (d: { command: string; path: string; known: readonly string[] }) =>
      `${d.command}: --out must end in ${d.known.join(', ')}, got "${d.path}"`,
    zh: (d) => `${d.command}：--out 须以 ${d.known.join('、')} 结尾，得到 "${d.path}"`,
  },
  'cli/inspect-head': {
    en: () => 'inspect: a plot shows one head; choose it with --layer and --head',
    zh: () => 'inspect：图只画一个头；请用 --layer 和 --head 指定',
  },
  'cli/inspect-token': {
    en: (d: { option: string; text: string; tokens: number }) =>
      `inspect: --${d.option} must be 1 token, and "${d.text}" is ${d.tokens}; see inkstone tokenizer encode`,
    zh: (d) =>
      `inspect：--${d.option} 必须是 1 个词元，而 "${d.text}" 是 ${d.tokens} 个；可用 inkstone tokenizer encode 查看`,
  },
  'cli/no-index': {
    en: (d: { place: string }) =>
      `index: there is no index in ${d.place}; make one with inkstone index FILES --out ${d.place}`,
    zh: (d) => `索引：${d.place} 中没有索引；请先用 inkstone index 文件 --out ${d.place} 建立`,
  },
  'cli/no-jieba': {
    en: () =>
      'index: this collection needs jieba, and its binary is not installed here; run npm install, or make another collection',
    zh: () => '索引：此集合需要 jieba，而此处没有安装它的二进制文件；请运行 npm install，或另建集合',
  },
  'cli/lab-ended': {
    en: (d: { problem: string | undefined; code: number | null }) =>
      d.problem ?? `lab: its process ended (${d.code ?? 'killed'}); perhaps there was too little memory`,
    zh: (d) => d.problem ?? `实验室：进程已结束（${d.code ?? '被终止'}）；可能内存不足`,
  },
  'cli/no-packer': {
    en: (d: { command: string }) =>
      `${d.command}: needs a model; name a run with --model, or a text to count with --ngram`,
    zh: (d) => `${d.command}：需要一个模型；请用 --model 指定训练记录，或用 --ngram 指定供统计的文本`,
  },
  'cli/unpack-name': {
    en: (d: { file: string; there?: string }) =>
      `unpack: ${d.there === undefined ? `${d.file} does not end in .ink` : `${d.there} is there already`}; say with --out where the text goes`,
    zh: (d) =>
      `unpack：${d.there === undefined ? `${d.file} 的名字不以 .ink 结尾` : `${d.there} 已存在`}；请用 --out 指定文本写到哪里`,
  },
  'cli/no-shared-texts': {
    en: (d: { a: string; b: string }) =>
      `compare: ${d.a} and ${d.b} hold out no texts in common, and what one has learnt from is no test of the other; give other texts with --data`,
    zh: (d) =>
      `compare：${d.a} 与 ${d.b} 没有共同的留出文本，而其中之一学过的文本不能用来检验；请用 --data 另给文本`,
  },
  'cli/compress-type': {
    en: (d: { got: string; known: readonly string[] }) =>
      `compress: --types must name two or more of ${d.known.join(', ')}, each once, got "${d.got}"`,
    zh: (d) => `compress：--types 须列出 ${d.known.join('、')} 中的两种或更多，各一次，得到 "${d.got}"`,
  },
  'cli/compress-twice': {
    en: (d: { got: string }) => `compress: --prune must name each way once, got "${d.got}"`,
    zh: (d) => `compress：--prune 中每种方式只能出现一次，得到 "${d.got}"`,
  },
  'cli/no-calibration': {
    en: (d: { path: string }) =>
      `compress: wanda, structured and gptq read text to know what matters, and what ${d.path} learned from is not at hand; give some with --calibration`,
    zh: (d) =>
      `compress：wanda、structured 与 gptq 要读文本来判断重要性，而 ${d.path} 学过的文本不在手边；请用 --calibration 给出`,
  },
  'cli/profile-subject': {
    en: (d: { name: string; known: readonly string[] }) =>
      `profile: "${d.name}" is neither a run folder nor a preset; presets are ${d.known.join(', ')}`,
    zh: (d) => `profile："${d.name}" 既不是训练记录目录，也不是预设；预设有 ${d.known.join('、')}`,
  },
  'cli/serve-twice': {
    en: (d: { name: string }) => `serve: two models are called "${d.name}"; rename one`,
    zh: (d) => `serve：有两个模型都叫 "${d.name}"；请给其中一个改名`,
  },
  'cli/serve-adapter': {
    en: (d: { adapter: string }) =>
      `--adapter: must be NAME=FOLDER, got "${d.adapter}"; write it like poet=runs/poems-lora, several folders on one another like poet=runs/a+runs/b`,
    zh: (d) =>
      `--adapter：必须是 名称=目录，得到 "${d.adapter}"；应形如 poet=runs/poems-lora，叠加多个目录形如 poet=runs/a+runs/b`,
  },
  'cli/serve-adapter-runs': {
    en: (d: { count: number }) =>
      `serve: --adapter needs one run, whose adapters they are, got ${d.count}; serve the others in a server of their own`,
    zh: (d) =>
      `serve：--adapter 需要恰好一个训练记录（适配器所属的模型），得到 ${d.count} 个；请另起服务提供其他模型`,
  },
  'cli/answers-record': {
    en: (d: { where: string; prompts: readonly string[]; answers: readonly string[] }) =>
      `${d.where}: must have \`messages\`, a list of { role, content } with a turn of the assistant, or a prompt (${d.prompts.join(', ')}) and an answer (${d.answers.join(', ')}); without --answers a file is read as text`,
    zh: (d) =>
      `${d.where}：必须有 \`messages\`（由 { role, content } 组成、含 assistant 轮次的列表），或提问（${d.prompts.join('、')}）与回答（${d.answers.join('、')}）两项；不加 --answers 则按文本读取`,
  },
  'cli/no-answers': {
    en: (d: { path: string; contextLength: number }) =>
      `${d.path}: no answer begins within the ${d.contextLength} tokens of the context; shorten what is asked`,
    zh: (d) => `${d.path}：没有一个回答在上下文的 ${d.contextLength} 个词元之内开始；请缩短提问`,
  },
  'cli/remote': {
    en: (d: { remote: string }) =>
      `--remote: must be NAME=URL#MODEL, got "${d.remote}"; write it like qwen=http://127.0.0.1:8000/v1#qwen3`,
    zh: (d) =>
      `--remote：必须是 名称=地址#模型，得到 "${d.remote}"；应形如 qwen=http://127.0.0.1:8000/v1#qwen3`,
  },
  'cli/trials': {
    en: (d: { path: string }) =>
      `${d.path}: holds no trials that inkstone tune search or ladder wrote; choose another --out`,
    zh: (d) => `${d.path}：其中不是 inkstone tune search 或 ladder 写的记录；请换一个 --out`,
  },
  'cli/other-search': {
    en: (d: { path: string; differing: readonly string[] }) =>
      `${d.path}: holds another search (${d.differing.join('; ')}); choose another --out or the same settings`,
    zh: (d) => `${d.path}：其中是另一次搜索（${d.differing.join('；')}）；请换一个 --out 或使用相同的设置`,
  },
  'cli/no-summary-work': {
    en: (d: { path: string }) =>
      `${d.path}: holds no parts that inkstone summarize wrote; choose another --work or --out`,
    zh: (d) => `${d.path}：其中不是 inkstone summarize 写的部分摘要；请换一个 --work 或 --out`,
  },
  'cli/other-summary': {
    en: (d: { path: string; differing: readonly string[] }) =>
      `${d.path}: holds the parts of another summary (${d.differing.join('; ')}); choose another --work or --out, the same text and settings, or delete it`,
    zh: (d) =>
      `${d.path}：其中是另一篇摘要的各部分（${d.differing.join('；')}）；请换一个 --work 或 --out，使用相同的文本与设置，或删去该文件`,
  },
  'cli/search-setting': {
    en: (d: { name: string; known: readonly string[]; near?: string }) =>
      `tune search: --space has no setting "${d.name}" for this method; there are ${d.known.join(', ')}${hint(d.near)}`,
    zh: (d) =>
      `tune search：此方法的 --space 没有 "${d.name}" 这项设置；可用 ${d.known.join('、')}${zhHint(d.near)}`,
  },
  'cli/search-failed': {
    en: (d: { trials: number; reason: string }) =>
      `tune search: none of ${d.trials} trials came to a score (${d.reason}); choose another --space`,
    zh: (d) => `tune search：${d.trials} 组都没有得分（${d.reason}）；请另选 --space`,
  },
  'cli/head-number': {
    en: (d: { where: string; got: string }) =>
      `${d.where}: the label must be a number, got "${d.got}"; for names of classes use --task classify`,
    zh: (d) => `${d.where}：标签必须是数值，得到 "${d.got}"；若是类别名称，请用 --task classify`,
  },
  'cli/head-unlabelled': {
    en: (d: { where: string }) =>
      `${d.where}: must say what is right, and does not; to ask a trained head use inkstone predict`,
    zh: (d) => `${d.where}：须注明正确答案，但没有；若要用训练好的头作答，请用 inkstone predict`,
  },
  'cli/head-field': {
    en: (d: { where: string; wanted: string; fields: string; near?: string }) =>
      `${d.where}: must have a field called ${d.wanted}, got ${d.fields || 'none'}${hint(d.near)}`,
    zh: (d) => `${d.where}：须有名为 ${d.wanted} 的字段，得到 ${d.fields || '空'}${zhHint(d.near)}`,
  },
  'cli/head-answer': {
    en: (d: { where: string; answer: string }) =>
      `${d.where}: an answer must stand in its context, and "${d.answer}" does not; correct it or leave the question out`,
    zh: (d) => `${d.where}：答案必须出现在原文中，而 "${d.answer}" 没有；请更正或去掉该问题`,
  },
  'cli/head-question': {
    en: (d: { where: string; path: string; reason: string; zhReason: string }) =>
      `${d.where}: is neither SQuAD's json nor a record with question, context and answers (${d.path}: ${d.reason})`,
    zh: (d) =>
      `${d.where}：既不是 SQuAD 的 json，也不是含 question、context、answers 的记录（${d.path}：${d.zhReason}）`,
  },
  'cli/head-labels': {
    en: (d: { where: string; got: number; most: number }) =>
      `${d.where}: must have from 2 to ${d.most} different labels, got ${d.got}; for numbers use --task regress`,
    zh: (d) =>
      `${d.where}：须有 2 到 ${d.most} 种不同的标签，得到 ${d.got} 种；若是数值，请用 --task regress`,
  },
  'cli/head-run': {
    en: (d: { folder: string; task: string }) =>
      `run: ${d.folder} has a head for --task ${d.task} and neither writes nor guesses tokens; ask it with inkstone predict ${d.folder}`,
    zh: (d) =>
      `训练记录：${d.folder} 带有 --task ${d.task} 的任务头，不能写作或猜词元；请用 inkstone predict ${d.folder}`,
  },
  'cli/no-head': {
    en: (d: { folder: string }) =>
      `predict: ${d.folder} has no task head; train one with inkstone tune head ${d.folder}`,
    zh: (d) => `predict：${d.folder} 没有任务头；请先用 inkstone tune head ${d.folder} 训练`,
  },
  'cli/tag-model': {
    en: (d: { folder: string; task: string; labels: readonly string[] }) =>
      `tag: --model must be a head for words' labels such as B-PER and O, and ${d.folder} is for --task ${d.task}${d.labels.length ? ` (${d.labels.slice(0, 3).join(', ')})` : ''}; ask it with inkstone predict ${d.folder}`,
    zh: (d) =>
      `tag：--model 须是标签形如 B-PER、O 的逐词任务头，而 ${d.folder} 用于 --task ${d.task}${d.labels.length ? `（${d.labels.slice(0, 3).join('、')}）` : ''}；请用 inkstone predict ${d.folder}`,
  },
  'cli/no-key': {
    en: (d: { name: string; near?: string }) => `keys: no key in use is called "${d.name}"${hint(d.near)}`,
    zh: (d) => `密钥：没有名为 "${d.name}" 的有效密钥${zhHint(d.near)}`,
  },
  'cli/serve-open': {
    en: (d: { host: string }) =>
      `serve: --host ${d.host} can be reached from other machines and needs --api-key or a key of inkstone keys create; make one, or leave out --host`,
    zh: (d) =>
      `serve：--host ${d.host} 可从其他机器访问，须有 --api-key 或用 inkstone keys create 创建的密钥；请设置密钥，或去掉 --host`,
  },
  'cli/serve-port': {
    en: (d: { port: number }) => `serve: port ${d.port} is taken; choose another with --port, or 0 for any`,
    zh: (d) => `serve：端口 ${d.port} 已被占用；请用 --port 另选，或用 0 任选`,
  },
  'cli/short-corpus': {
    en: (d: { source: string; tokens: number; contextLength: number }) =>
      `${d.source}: the text must be longer than the context of ${d.contextLength} tokens, it has ${d.tokens} to learn from; give more text, or a smaller --context-length`,
    zh: (d) =>
      `${d.source}：文本必须长于 ${d.contextLength} 个词元的上下文，可供学习的只有 ${d.tokens} 个；请给出更多文本，或减小 --context-length`,
  },
  'cli/languages': {
    en: (d: { data: string; least: number; most: number; got: number }) =>
      `${d.data}: a mixture has ${d.least} to ${d.most} languages, got ${d.got}; name them, as in --data en=english.txt,zh=chinese.txt, or give a folder with a file or folder for each`,
    zh: (d) =>
      `${d.data}：混合须有 ${d.least} 到 ${d.most} 种语言，得到 ${d.got} 种；请逐一列出，如 --data en=english.txt,zh=chinese.txt，或给出每种语言一个文件或子目录的目录`,
  },
  'cli/language-twice': {
    en: (d: { data: string; name: string }) =>
      `${d.data}: every language must have a name of its own, got "${d.name}" twice; put its texts into one folder`,
    zh: (d) => `${d.data}：每种语言须有各自的名字，"${d.name}" 出现了两次；请把它的文本放进同一个目录`,
  },
  'cli/language-share': {
    en: (d: { name: string; share: number; least: number }) =>
      `${d.name}: every language must have at least ${(100 * d.least).toFixed(2)} % of the mix, got ${(100 * d.share).toFixed(3)} %; raise --mix-temperature, or leave it out`,
    zh: (d) =>
      `${d.name}：每种语言至少占混合的 ${(100 * d.least).toFixed(2)} %，得到 ${(100 * d.share).toFixed(3)} %；请提高 --mix-temperature，或去掉它`,
  },
  'cli/config-file': {
    en: (d: { file: string; reason: string }) =>
      `${d.file}: not a YAML mapping that can be read (${d.reason})`,
    zh: (d) => `${d.file}：不是可读的 YAML 映射（${d.reason}）`,
  },
  'cli/constraint-file': {
    en: (d: { file: string; reason: string }) => `${d.file}: cannot be read (${d.reason})`,
    zh: (d) => `${d.file}：无法读取（${d.reason}）`,
  },
  'cli/other-run': {
    en: (d: { folder: string; differing: readonly string[] }) =>
      `${d.folder}: holds a run with other settings (${d.differing.join('; ')}); choose another --out or the same settings`,
    zh: (d) =>
      `${d.folder}：其中的训练用的是别的设置（${d.differing.join('；')}）；请换一个 --out 或使用相同的设置`,
  },
  'cli/run-tokenizer': {
    en: (d: { folder: string }) =>
      `run: the tokenizer.json in ${d.folder} is missing or belongs to another run; copy the one this model was trained with`,
    zh: (d) =>
      `训练记录：${d.folder} 中的 tokenizer.json 缺失或属于另一次训练；请复制训练此模型时所用的那一份`,
  },
  'cli/run-config': {
    en: (d: { folder: string }) =>
      `run: config.json in ${d.folder} is not one that inkstone train wrote; train a run first`,
    zh: (d) => `训练记录：${d.folder} 中的 config.json 不是 inkstone train 写的；请先训练`,
  },
  'cli/export-folder': {
    en: (d: { out: string }) =>
      `export: ${d.out} holds a config.json of something else, such as a run; choose another --out`,
    zh: (d) => `导出：${d.out} 中的 config.json 属于别的东西（例如一次训练）；请换一个 --out`,
  },
  'cli/out-same': {
    en: (d: { command: string; out: string }) =>
      `${d.command}: ${d.out} is the model itself and is not written over; choose another --out`,
    zh: (d) => `${d.command}：${d.out} 就是模型本身，不会被覆盖；请换一个 --out`,
  },
  'cli/no-model': {
    en: (d: { path: string }) =>
      `${d.path}: no model is there; name a run folder, a Hugging Face folder or a .gguf file, or train one with inkstone train`,
    zh: (d) =>
      `${d.path}：那里没有模型；请指明训练记录目录、Hugging Face 目录或 .gguf 文件，或用 inkstone train 训练一个`,
  },
  'cli/model-data': {
    en: (d: { path: string }) =>
      `${d.path}: what this model learned from is not known here; give text with --data`,
    zh: (d) => `${d.path}：不知道该模型是用什么文本训练的；请用 --data 给出文本`,
  },
  'cli/masked-run': {
    en: (d: { folder: string }) =>
      `run: ${d.folder} is an encoder, which guesses hidden tokens and does not write; use inkstone fill-mask, or name a run trained without --objective masked`,
    zh: (d) =>
      `训练记录：${d.folder} 是编码器，只会猜被遮盖的词元，不会写作；请用 inkstone fill-mask，或换一个不以 --objective masked 训练的记录`,
  },
  'cli/adapter-run': {
    en: (d: { folder: string; base: string }) =>
      `run: ${d.folder} is the training of an adapter, which is no model by itself; use inkstone generate ${d.base} --adapter with the folder around it`,
    zh: (d) =>
      `训练记录：${d.folder} 是适配器的训练，单独不成模型；请用 inkstone generate ${d.base} --adapter 加上其外层目录`,
  },
  'cli/merge-there': {
    en: (d: { out: string }) =>
      `tune merge: ${d.out} is there already and is not written over; choose another --out`,
    zh: (d) => `tune merge：${d.out} 已经存在，不会被覆盖；请换一个 --out`,
  },
  'cli/decoder-run': {
    en: (d: { folder: string }) =>
      `run: ${d.folder} writes and does not guess hidden tokens; name a run trained with --objective masked`,
    zh: (d) => `训练记录：${d.folder} 只会写作，不会猜被遮盖的词元；请换一个以 --objective masked 训练的记录`,
  },
  'cli/recurrent-run': {
    en: (d: { where: string; path: string; cell: string }) =>
      `${d.where}: ${d.path} is a recurrent model (${d.cell}), and this needs a Transformer; name one trained without --architecture`,
    zh: (d) =>
      `${d.where}：${d.path} 是循环模型（${d.cell}），而这里需要 Transformer；请换一个不以 --architecture 训练的`,
  },
  'cli/recurrent-only': {
    en: (d: { where: string; path: string }) =>
      `${d.where}: ${d.path} has no state that goes from token to token; name a run trained with --architecture rnn, gru or lstm`,
    zh: (d) =>
      `${d.where}：${d.path} 没有逐词元传递的状态；请换一个以 --architecture rnn、gru 或 lstm 训练的`,
  },
  'cli/pair-run': {
    en: (d: { folder: string }) =>
      `run: ${d.folder} is an encoder–decoder, which writes only for a source text; use inkstone translate, or name a run trained without --architecture encoder-decoder`,
    zh: (d) =>
      `训练记录：${d.folder} 是编码器–解码器，只为源文本写作；请用 inkstone translate，或换一个不以 --architecture encoder-decoder 训练的`,
  },
  'cli/pair-only': {
    en: (d: { folder: string }) =>
      `translate: ${d.folder} is no encoder–decoder; name a run trained with --architecture encoder-decoder, or a folder of T5 or Marian`,
    zh: (d) =>
      `translate：${d.folder} 不是编码器–解码器；请换一个以 --architecture encoder-decoder 训练的记录，或 T5、Marian 的目录`,
  },
  'cli/pair-end': {
    en: () =>
      'train: --architecture encoder-decoder needs a tokenizer with an end-of-text token, this one has none; train one with inkstone tokenizer train, or leave out --tokenizer',
    zh: () =>
      'train：--architecture encoder-decoder 需要带有文本结束词元的分词器，此分词器没有；请用 inkstone tokenizer train 训练一个，或去掉 --tokenizer',
  },
  'cli/few-pairs': {
    en: (d: { source: string; pairs: number; least: number }) =>
      `${d.source}: at least ${d.least} pairs are needed that fit the context, got ${d.pairs}; give more, or a larger --context-length`,
    zh: (d) =>
      `${d.source}：至少需要 ${d.least} 对能放进上下文的文本，得到 ${d.pairs} 对；请提供更多，或增大 --context-length`,
  },
  'cli/pair-field': {
    en: (d: { where: string; option: string; known: string }) =>
      `${d.where}: the record must have a text under ${d.option}, got the fields ${d.known}; name the field with ${d.option}, or a column of a table without header by its number`,
    zh: (d) =>
      `${d.where}：记录中必须有 ${d.option} 所指的文本，得到的字段有 ${d.known}；请用 ${d.option} 指明字段名，无表头的表格用列号`,
  },
  'cli/pair-name': {
    en: (d: { where: string; usual: readonly string[]; known: string }) =>
      `${d.where}: the record must have a text under one of the names ${d.usual.join(', ')}, or two fields alone, got the fields ${d.known}; rename it`,
    zh: (d) =>
      `${d.where}：记录中须有以 ${d.usual.join('、')} 之一为名的文本，或只有两个字段，得到的字段有 ${d.known}；请改名`,
  },
  'cli/source-line': {
    en: (d: { line: number; tokens: number; most: number }) =>
      `translate: line ${d.line} has ${d.tokens} tokens, this model reads at most ${d.most}; split it, or train with a larger --context-length`,
    zh: (d) =>
      `translate：第 ${d.line} 行有 ${d.tokens} 个词元，该模型最多读 ${d.most} 个；请拆分，或用更大的 --context-length 训练`,
  },
  'cli/references': {
    en: (d: { lines: number; references: number }) =>
      `translate: --references must have one line for each line of the source, got ${d.references} for ${d.lines}; give files that belong together`,
    zh: (d) =>
      `translate：--references 的行数必须与源文本相同，得到 ${d.references} 行对 ${d.lines} 行；请给出配套的文件`,
  },
  'cli/short-reach': {
    en: (d: { tokens: number; least: number }) =>
      `gradients: the text must have at least ${d.least} tokens, got ${d.tokens}; give more text, or fewer --steps`,
    zh: (d) =>
      `gradients：文本至少要有 ${d.least} 个词元，得到 ${d.tokens} 个；请提供更多文本，或减小 --steps`,
  },
  'cli/teacher-vocabulary': {
    en: (d: { path: string }) =>
      `train: student and teacher must have one tokenizer, and ${d.path} has another; give --init a run with the teacher's, or leave it out`,
    zh: (d) =>
      `train：学生与教师必须用同一个分词器，而 ${d.path} 的不同；请给 --init 一个用教师分词器的训练记录，或去掉它`,
  },
  'cli/teacher-context': {
    en: (d: { path: string; most: number; got: number }) =>
      `train: the teacher ${d.path} reads at most ${d.most} tokens, and the student would read ${d.got}; give --context-length ${d.most}`,
    zh: (d) =>
      `train：教师 ${d.path} 最多读 ${d.most} 个词元，而学生要读 ${d.got} 个；请用 --context-length ${d.most}`,
  },
  'cli/teacher-changed': {
    en: (d: { path: string }) =>
      `train: ${d.path} is no longer the teacher that this run began with; put that back, or choose another --out`,
    zh: (d) => `train：${d.path} 已不是此次训练开始时的教师；请恢复它，或换一个 --out`,
  },
  'cli/no-mask-token': {
    en: (d: { known: string }) =>
      `train: --objective masked needs a tokenizer with a special token [MASK] or <mask>, this one has ${d.known}; train one with inkstone tokenizer train --special '<|endoftext|>,[MASK]', or leave out --tokenizer`,
    zh: (d) =>
      `train：--objective masked 需要带有特殊词元 [MASK] 或 <mask> 的分词器，此分词器只有 ${d.known}；请用 inkstone tokenizer train --special '<|endoftext|>,[MASK]' 训练一个，或去掉 --tokenizer`,
  },
  'cli/private-documents': {
    en: () =>
      'train: --private-unit document needs a tokenizer with a token that ends a text; give --private-unit piece, or another --tokenizer',
    zh: () =>
      'train：--private-unit document 需要带有文本结束词元的分词器；请用 --private-unit piece，或换一个 --tokenizer',
  },
  'cli/private-account': {
    en: () =>
      'train: what the checkpoint says was spent of ε must follow from its steps and its noise; state.json or config.json was changed, start a new run',
    zh: () =>
      'train：检查点所记的 ε 消耗必须与其步数和噪声相符；state.json 或 config.json 已被改动，请开始新的训练',
  },
  'cli/private-init': {
    en: (d: { run: string }) =>
      `train: --private cannot begin with ${d.run}, which has learnt from the same text: its ε would not be that of both; begin with another model, or with none`,
    zh: (d) =>
      `train：--private 不能从 ${d.run} 开始：它已学过同一文本，ε 无法涵盖两者；请换一个模型，或从零开始`,
  },
  'cli/empty-corpus': {
    en: (d: { source: string }) =>
      `${d.source}: nothing is left to learn from after cleaning; give a source with more text`,
    zh: (d) => `${d.source}：清洗之后没有可供学习的文本；请给出含有更多文本的来源`,
  },
  'cli/yaml-file': {
    en: (d: { path: string; reason: string; zhReason: string }) => `${d.path}: ${d.reason}`,
    zh: (d) => `${d.path}：${d.zhReason}`,
  },
  'cli/note': {
    en: (d: { id: string }) => `note: its id must be letters, digits, _ or -, got "${d.id}"`,
    zh: (d) => `记录：编号须由字母、数字、_ 或 - 组成，得到 "${d.id}"`,
  },
  'cli/note-file': {
    en: (d: { path: string }) => `${d.path}: must be a note as inkstone keeps it; mend it or take it away`,
    zh: (d) => `${d.path}：须为 inkstone 保存的记录；请修正或移走`,
  },
});
