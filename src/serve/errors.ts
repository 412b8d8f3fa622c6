/** The sentences of this room's errors, and how an error looks on the wire. */

import { defineErrors, InkstoneError } from '../errors.ts';
import type { TaskKind } from './tasks/task-model.ts';

type Amount = 'minute' | 'concurrent' | 'day';
const amounts: { readonly [What in Amount]: { readonly en: string; readonly zh: string } } = {
  minute: { en: 'requests a minute', zh: '每分钟请求数' },
  concurrent: { en: 'requests at a time', zh: '同时请求数' },
  day: { en: 'tokens a day (UTC)', zh: '每日（UTC）词元数' },
};

/** What models are for, and what makes those that are. */
export type Work = 'write' | TaskKind;
const works: { readonly [Kind in Work]: { readonly en: string; readonly zh: string } } = {
  write: { en: 'writing', zh: '写作' },
  translate: { en: 'translating', zh: '翻译' },
  classify: { en: 'classifying', zh: '分类' },
  'fill-mask': { en: 'filling blanks', zh: '填空' },
  draw: { en: 'drawing', zh: '作画' },
  embed: { en: 'vectors of texts', zh: '文本向量' },
};
const makers: { readonly [Kind in Work]: { readonly en: string; readonly zh: string } } = {
  write: { en: 'serve a run of inkstone train', zh: '请提供由 inkstone train 训练的模型' },
  translate: {
    en: 'serve a run of inkstone train --architecture encoder-decoder',
    zh: '请提供由 inkstone train --architecture encoder-decoder 训练的模型',
  },
  classify: {
    en: 'serve what inkstone classify train or tune head --task classify made',
    zh: '请提供由 inkstone classify train 或 tune head --task classify 训练的模型',
  },
  'fill-mask': {
    en: 'serve a run of inkstone train --objective masked',
    zh: '请提供由 inkstone train --objective masked 训练的模型',
  },
  draw: {
    en: 'serve what inkstone image train --task draw made',
    zh: '请提供由 inkstone image train --task draw 训练的模型',
  },
  embed: { en: 'serve the folder of a sentence encoder', zh: '请提供句向量编码器的目录' },
};

export const fail = defineErrors({
  'serve/field': {
    en: (d: { field: string; rule: string; zhRule: string; got: unknown }) =>
      `${d.field}: must be ${d.rule}, got ${shown(d.got)}`,
    zh: (d) => `${d.field}：必须是${d.zhRule}，得到 ${shown(d.got)}`,
  },
  'serve/unknown-field': {
    en: (d: { field: string; near: string | undefined }) =>
      `${d.field}: there is no such field${d.near ? `; did you mean "${d.near}"?` : ''}`,
    zh: (d) => `${d.field}：没有这个字段${d.near ? `，是不是 "${d.near}"？` : ''}`,
  },
  'serve/json': {
    en: () => 'body: must be one JSON object; send content-type application/json and valid JSON',
    zh: () => '请求体：必须是一个 JSON 对象；请用 content-type application/json 发送合法的 JSON',
  },
  'serve/depth': {
    en: (d: { most: number }) => `body: at most ${d.most} brackets may be open at once; nest less`,
    zh: (d) => `请求体：嵌套最多 ${d.most} 层；请减少嵌套`,
  },
  'serve/size': {
    en: (d: { most: number }) => `body: at most ${d.most} bytes; send less`,
    zh: (d) => `请求体：最多 ${d.most} 字节；请缩短内容`,
  },
  'serve/model': {
    en: (d: { model: string; known: readonly string[] }) =>
      `model: "${d.model}" is not served here; there is ${d.known.join(', ')}`,
    zh: (d) => `model：这里没有 "${d.model}"；可用的有 ${d.known.join('、')}`,
  },
  'serve/cannot': {
    en: (d: { model: string; is: Work; wanted: Work; able: readonly string[] }) =>
      `model: "${d.model}" is for ${works[d.is].en}, not for ${works[d.wanted].en}; ${d.able.length > 0 ? `for that there is ${d.able.join(', ')}` : makers[d.wanted].en}`,
    zh: (d) =>
      `model："${d.model}" 用于${works[d.is].zh}，不用于${works[d.wanted].zh}；${d.able.length > 0 ? `可用的有 ${d.able.join('、')}` : makers[d.wanted].zh}`,
  },
  'serve/nobody-can': {
    en: (d: { wanted: Work }) =>
      `model: none that is served here is for ${works[d.wanted].en}; ${makers[d.wanted].en}`,
    zh: (d) => `model：这里没有用于${works[d.wanted].zh}的模型；${makers[d.wanted].zh}`,
  },
  'serve/no-run': {
    en: (d: { name: string }) => `runs: there is no run "${d.name}" here`,
    zh: (d) => `训练：这里没有 "${d.name}"`,
  },
  'serve/run-exists': {
    en: (d: { name: string }) => `runs: there is a run "${d.name}" already; choose another name`,
    zh: (d) => `训练：已经有 "${d.name}"；请换一个名字`,
  },
  'serve/run-busy': {
    en: (d: { name: string }) => `runs: "${d.name}" is being trained; stop it first`,
    zh: (d) => `训练："${d.name}" 正在训练；请先停止`,
  },
  'serve/run-idle': {
    en: (d: { name: string }) => `runs: "${d.name}" is not being trained; there is nothing to stop`,
    zh: (d) => `训练："${d.name}" 没有在训练，无需停止`,
  },
  'serve/run-finished': {
    en: (d: { name: string }) =>
      `runs: "${d.name}" is finished; to go on from its model, start a run that begins with it`,
    zh: (d) => `训练："${d.name}" 已完成；要接着训练，请新建一次从它开始的训练`,
  },
  'serve/models-full': {
    en: (d: { most: number }) => `models: at most ${d.most} can be served at once; take one away first`,
    zh: (d) => `模型：最多同时提供 ${d.most} 个；请先卸下一个`,
  },
  'serve/models-taken': {
    en: (d: { model: string; host: string }) =>
      `models: "${d.model}" is the name of a model of ${d.host} here; give the run another name, or serve that model under another`,
    zh: (d) => `模型："${d.model}" 在此已是 ${d.host} 上模型的名称；请给训练改名，或让该模型另用名称`,
  },
  'serve/adapter': {
    en: (d: { adapter: string; model: string }) =>
      `models: "${d.adapter}" is an adapter of ${d.model} and comes and goes with it; load or take away ${d.model}`,
    zh: (d) => `模型："${d.adapter}" 是 ${d.model} 的适配器，随其加载与卸载；请对 ${d.model} 操作`,
  },
  'serve/models-fixed': {
    en: () => 'models: this server keeps to the models that it was started with',
    zh: () => '模型：本服务器只提供启动时给定的模型',
  },
  'serve/models-closed': {
    en: () => 'models: the server is ending, and loads no more; start it again',
    zh: () => '模型：服务器正在结束，不再载入；请重新启动',
  },
  'serve/no-embeddings': {
    en: () => 'model: it does not show the states that embeddings are made of; choose another',
    zh: () => '模型：不提供生成向量所需的隐藏状态；请换一个模型',
  },
  'serve/no-history': {
    en: (d: { id: string }) => `previous_response_id: ${d.id} is not kept here; send the whole conversation`,
    zh: (d) => `previous_response_id：这里没有保存 ${d.id}；请发送整段对话`,
  },
  'serve/prompt-length': {
    en: (d: { tokens: number; most: number }) =>
      `prompt: has ${d.tokens} tokens, and the model reads at most ${d.most} with one left to write; shorten it`,
    zh: (d) => `提示：共 ${d.tokens} 个词元，模型最多读 ${d.most} 个并须留一个来写；请缩短`,
  },
  'serve/key': {
    en: () => 'authorization: a valid API key is needed; send "Authorization: Bearer KEY"',
    zh: () => '鉴权：需要有效的 API 密钥；请发送 "Authorization: Bearer 密钥"',
  },
  'serve/host': {
    en: () => 'host: this name or origin is not served; open the address that the server printed',
    zh: () => '主机：不为该名称或来源服务；请使用服务器启动时打印的地址',
  },
  'serve/route': {
    en: (d: { method: string; path: string }) =>
      `${d.method} ${d.path}: there is no such route; /openapi.json lists them, /v1/chat/completions among them`,
    zh: (d) => `${d.method} ${d.path}：没有这个路径；/openapi.json 列出了全部路径，如 /v1/chat/completions`,
  },
  'serve/missing': {
    en: (d: { what: string; zhWhat: string; id: string }) =>
      `${d.what}: there is none with the id ${shown(d.id)}; list them to see those that are there`,
    zh: (d) => `${d.zhWhat}：没有 id 为 ${shown(d.id)} 的；请先列出已有的`,
  },
  'serve/lab-busy': {
    en: (d: { model: string }) => `lab: it is measuring ${d.model} now; wait for its end, or stop it`,
    zh: (d) => `实验室：正在测量 ${d.model}；请等它结束，或先停止`,
  },
  'serve/no-inside': {
    en: (d: { model: string }) =>
      `model: "${d.model}" shows nothing of its insides; choose one that runs here`,
    zh: (d) => `model："${d.model}" 看不到内部；请选择在本机运行的模型`,
  },
  'serve/no-infill': {
    en: (d: { model: string }) =>
      `suffix: must be left out, as "${d.model}" has no tokens for filling in; choose a model that was trained with --fim, or send the prompt alone`,
    zh: (d) =>
      `suffix：必须省略，"${d.model}" 没有用于填充的词元；请选择以 --fim 训练的模型，或只发送 prompt`,
  },
  'serve/too-costly': {
    en: () =>
      'request: its chat template, schema or grammar takes too long or too much memory here; make it smaller',
    zh: () => '请求：对话模板、schema 或文法耗时或占用内存过多；请改小',
  },
  'serve/remote-prompt': {
    en: (d: { field: string; model: string }) =>
      `prompt: must be one text, since ${d.model} is answered by another endpoint; send texts one at a time, not as ids`,
    zh: (d) => `prompt：${d.model} 由另一个端点应答，只能是一段文字；请逐段发送文字，不要发送编号`,
  },
  'serve/remote-field': {
    en: (d: { field: string; model: string }) =>
      `${d.field}: ${d.model} is answered by another endpoint, where this is not known; ask a model that is served here, or leave it out`,
    zh: (d) => `${d.field}：${d.model} 由另一个端点应答，无法使用此项；请改用本机模型，或去掉它`,
  },
  'serve/busy': {
    en: (d: { seconds: number }) => `server: too many requests are waiting; try again in ${d.seconds} s`,
    zh: (d) => `服务器：排队的请求太多；请 ${d.seconds} 秒后再试`,
  },
  'serve/engine-down': {
    en: () => 'server: the engine stopped and is being started again; try again in a moment',
    zh: () => '服务器：引擎已停止，正在重新启动；请稍后再试',
  },
  'serve/limit': {
    en: (d: { what: Amount; most: number; seconds: number }) =>
      `key: at most ${d.most} ${amounts[d.what].en}; try again in ${d.seconds} s`,
    zh: (d) => `密钥：${amounts[d.what].zh}最多 ${d.most}；请 ${d.seconds} 秒后再试`,
  },
  'serve/blocked': {
    en: () => 'prompt: a rule of this server does not allow it; ask for something else',
    zh: () => '提示：本服务器的规则不允许此内容；请换一个请求',
  },
  'serve/admin': {
    en: () => 'key: this needs a key with the right to administer; ask the owner of the server',
    zh: () => '密钥：此操作需要具有管理权限的密钥；请联系服务器所有者',
  },
  'serve/rules-full': {
    en: (d: { most: number }) => `rules: at most ${d.most} are allowed; remove one first`,
    zh: (d) => `规则：最多 ${d.most} 条；请先删除一条`,
  },
  'serve/state-down': {
    en: () => 'server: the state does not answer now; what is wrong stands in the terminal of the server',
    zh: () => '服务器：状态库现在没有应答；原因见服务器的终端',
  },
  'serve/no-documents': {
    en: () => 'documents: this server answers from none; start it with --index',
    zh: () => '文档：本服务器没有可供回答的文档；启动时请加 --index',
  },
  'serve/no-service': {
    en: () => 'service: this server has no plan for customers; start it with --service PLAN',
    zh: () => '客服：本服务器没有客服方案；启动时请加 --service 方案文件',
  },
  'serve/no-papers': {
    en: () => 'papers: at least one must have a text, not only records of references; send one',
    zh: () => '论文：至少须有一篇有正文，而不只是文献记录；请发送一篇',
  },
  'serve/no-bibliography': {
    en: () =>
      'references: this server asks no bibliographic service; start it with --bibliography URL, or leave look_up out',
    zh: () => '参考文献：本服务器不查询书目服务；启动时请加 --bibliography 网址，或不用 look_up',
  },
  'serve/no-assistant': {
    en: () => 'assistant: this server has none; start it with --assistant FOLDER',
    zh: () => '助手：本服务器没有助手；启动时请加 --assistant 目录',
  },
  'serve/no-listener': {
    en: () =>
      'listening: nobody listens at this server; install whisper.cpp or pocketsphinx there, or start it with --listener URL#MODEL',
    zh: () =>
      '听写：本服务器没有听写引擎；请在其上安装 whisper.cpp 或 pocketsphinx，或启动时加 --listener URL#模型名',
  },
  'serve/no-speaker': {
    en: () =>
      'speaking: nobody speaks at this server; install espeak-ng there, or start it with --speaker URL#MODEL',
    zh: () => '朗读：本服务器没有朗读引擎；请在其上安装 espeak-ng，或启动时加 --speaker URL#模型名',
  },
  'serve/no-video': {
    en: () => 'video: this server looks at none; start it with --captioner',
    zh: () => '视频：本服务器不查看视频；启动时请加 --captioner',
  },
  'serve/form': {
    en: () => 'body: must be a form with a file; send it as multipart/form-data',
    zh: () => '请求体：须为带文件的表单；请以 multipart/form-data 发送',
  },
  'serve/no-kits': {
    en: () =>
      'domain: this server has no kit; start it with --kit law, finance, medicine or a file of your own',
    zh: () => '领域：本服务器没有领域包；启动时请加 --kit law、finance、medicine 或自己的文件',
  },
  'serve/kit-name': {
    en: (d: { name: string; known: readonly string[] }) =>
      `domain: kit must be one of ${d.known.join(', ')}, got "${d.name}"`,
    zh: (d) => `领域：kit 必须为 ${d.known.join('、')} 之一，得到 "${d.name}"`,
  },
  'serve/kit-pattern': {
    en: (d: { kit: string; rule: string; pattern: string; reason: string }) =>
      `kit ${d.kit}: rule ${d.rule} must have patterns that can be read, got "${d.pattern}": ${d.reason}`,
    zh: (d) => `领域包 ${d.kit}：规则 ${d.rule} 的模式须可读取，得到 "${d.pattern}"：${d.reason}`,
  },
  'serve/no-recommender': {
    en: () =>
      'recommendations: this server has nothing to recommend; start it with --recommender FOLDER (made by inkstone recommend train)',
    zh: () =>
      '推荐：本服务器没有可推荐的内容；启动时请加 --recommender 目录（由 inkstone recommend train 建立）',
  },
  'serve/service-full': {
    en: (d: { most: number }) =>
      `service: ${d.most} conversations are kept, and no more; take some away with inkstone service PLAN --list conversation --forget ID`,
    zh: (d) =>
      `客服：已保存 ${d.most} 个对话，不能更多；请用 inkstone service 方案 --list conversation --forget 编号 移去一些`,
  },
  'serve/service-turns': {
    en: (d: { most: number }) => `service: a conversation has at most ${d.most} turns; begin a new one`,
    zh: (d) => `客服：一个对话至多 ${d.most} 句；请另开新对话`,
  },
  'serve/service-waiting': {
    en: (d: { most: number }) =>
      `service: at most ${d.most} messages of one conversation may wait for their answers; wait for those`,
    zh: (d) => `客服：一个对话至多 ${d.most} 条消息同时等待回答；请等这些先有回答`,
  },
  'serve/service-own': {
    en: (d: { id: string }) =>
      `service: no person has the conversation ${shown(d.id)}; only one that was handed over can be answered by a person`,
    zh: (d) => `客服：对话 ${shown(d.id)} 没有转人工；只有已转人工的对话才能由人工回答`,
  },
  'serve/no-tutor': {
    en: () => 'tutor: this server has none; start it with --tutor FOLDER',
    zh: () => '出题：本服务器没有出题功能；启动时请加 --tutor 目录',
  },
  'serve/tutor-empty': {
    en: () =>
      'text: must hold sentences in English or Chinese that stand by themselves, with a name, a number or a noun in them, and there is none; send a longer text',
    zh: () => '文本：其中没有独立成句且含人名、地名、数字或名词的中英文句子；请发送更长的文本',
  },
  'serve/tutor-lesson': {
    en: (d: { id: string }) =>
      `lesson: there is no ${shown(d.id)} here, or no longer, since only the latest are kept; begin it from its text`,
    zh: (d) => `课程：这里没有 ${shown(d.id)}，或已不再保留（只保留最近的）；请用原文开始`,
  },
  'serve/tutor-learners': {
    en: (d: { most: number }) =>
      `learner: ${d.most} are kept, and no more; use the name of one of them, or take one of their files away`,
    zh: (d) => `学习者：已保存 ${d.most} 位，不能更多；请用已有的名字，或移走其中一个文件`,
  },
  'serve/tutor-waiting': {
    en: (d: { seconds: number }) =>
      `tutor: too many texts or answers are waiting; try again in ${d.seconds} s`,
    zh: (d) => `出题：等待的文本或回答太多；请 ${d.seconds} 秒后再试`,
  },
  'serve/file': {
    en: (d: { reason: { readonly en: string; readonly zh: string } }) => d.reason.en,
    zh: (d) => d.reason.zh,
  },
  'serve/file-texts': {
    en: (d: { name: string; most: number }) =>
      `${d.name}: at most ${d.most} texts of one file are taken; split it`,
    zh: (d) => `${d.name}：一个文件最多取 ${d.most} 篇文本；请拆分`,
  },
  'serve/label-texts': {
    en: (d: { length: number; most: number }) =>
      `texts: one to be labelled has at most ${d.most} characters, got ${d.length}; shorten it`,
    zh: (d) => `文本：待标注的文本最多 ${d.most} 个字符，得到 ${d.length}；请缩短`,
  },
  'serve/label-tasks': {
    en: (d: { most: number }) => `labels: at most ${d.most} tasks are kept; delete one first`,
    zh: (d) => `标注：最多保存 ${d.most} 项任务；请先删除一项`,
  },
  'serve/internal': {
    en: (d: { id: string }) => `server: something went wrong here (request ${d.id}); the log has the cause`,
    zh: (d) => `服务器：内部出错（请求 ${d.id}）；原因见日志`,
  },
});

/** Status and OpenAI error type of each code; whatever is not here is a fault of ours. */
const statuses: readonly (readonly [prefix: string, status: number, type: string])[] = [
  ['serve/internal', 500, 'server_error'],
  ['serve/state-down', 503, 'server_error'],
  ['serve/engine-down', 503, 'server_error'],
  ['serve/busy', 429, 'rate_limit_error'],
  ['serve/limit', 429, 'rate_limit_error'],
  ['serve/admin', 403, 'permission_error'],
  ['decode/engine-full', 429, 'rate_limit_error'],
  ['decode/engine-wait', 429, 'rate_limit_error'],
  ['model/memory', 503, 'server_error'],
  ['serve/lab-busy', 409, 'invalid_request_error'],
  ['serve/key', 401, 'authentication_error'],
  ['serve/host', 403, 'permission_error'],
  ['serve/route', 404, 'invalid_request_error'],
  ['model/virtual-attention', 400, 'invalid_request_error'],
  ['serve/no-documents', 404, 'invalid_request_error'],
  ['serve/no-service', 404, 'invalid_request_error'],
  ['serve/no-assistant', 404, 'invalid_request_error'],
  ['serve/no-listener', 404, 'invalid_request_error'],
  ['serve/no-video', 404, 'invalid_request_error'],
  ['serve/no-speaker', 404, 'invalid_request_error'],
  ['serve/no-kits', 404, 'invalid_request_error'],
  ['serve/no-recommender', 404, 'invalid_request_error'],
  ['serve/no-tutor', 404, 'invalid_request_error'],
  ['serve/service-waiting', 429, 'rate_limit_error'],
  ['serve/service-own', 400, 'invalid_request_error'],
  ['serve/no-bibliography', 404, 'invalid_request_error'],
  ['serve/service-', 409, 'invalid_request_error'],
  ['serve/tutor-waiting', 429, 'rate_limit_error'],
  ['serve/tutor-lesson', 404, 'invalid_request_error'],
  ['serve/tutor-learners', 409, 'invalid_request_error'],
  ['serve/missing', 404, 'invalid_request_error'],
  ['serve/no-run', 404, 'invalid_request_error'],
  ['serve/run-', 409, 'invalid_request_error'],
  ['serve/models-closed', 503, 'server_error'],
  ['serve/models-full', 409, 'invalid_request_error'],
  ['serve/models-taken', 409, 'invalid_request_error'],
  ['serve/adapter', 409, 'invalid_request_error'],
  ['serve/models-fixed', 409, 'invalid_request_error'],
  ['serve/model', 404, 'invalid_request_error'],
  ['serve/size', 413, 'invalid_request_error'],
  ['remote/request', 400, 'invalid_request_error'],
  ['remote/not-offered', 404, 'invalid_request_error'],
  ['remote/prompt', 400, 'invalid_request_error'],
  ['remote/', 502, 'server_error'],
  ['serve/', 400, 'invalid_request_error'],
  ['eval/', 400, 'invalid_request_error'],
  ['model/id', 400, 'invalid_request_error'],
  ['model/no-mask', 400, 'invalid_request_error'],
  ['model/fill-', 400, 'invalid_request_error'],
  ['cli/source-line', 400, 'invalid_request_error'],
  ['vision/prompt-', 400, 'invalid_request_error'],
  ['apps/', 400, 'invalid_request_error'],
  ['papers/service', 502, 'server_error'],
  ['papers/', 400, 'invalid_request_error'],
  ['retrieve/full', 400, 'invalid_request_error'],
  ['retrieve/no-vectors', 400, 'invalid_request_error'],
  ['recommend/no-item', 400, 'invalid_request_error'],
  ['recommend/option', 400, 'invalid_request_error'],
  ['cli/recommend-full', 409, 'invalid_request_error'],
  ['cli/recommend-waiting', 429, 'rate_limit_error'],
  ['context/', 400, 'invalid_request_error'],
  ['decode/', 400, 'invalid_request_error'],
  ['constraint/', 400, 'invalid_request_error'],
  ['speech/', 400, 'invalid_request_error'],
  ['io/format', 400, 'invalid_request_error'],
  ['io/no-track', 400, 'invalid_request_error'],
  ['io/needs-ffmpeg', 400, 'invalid_request_error'],
  ['store/key-name', 409, 'invalid_request_error'],
  ['store/decided', 409, 'invalid_request_error'],
  ['text/', 400, 'invalid_request_error'],
];

/** What a client sees of an error: never a stack, never a path. */
export interface WireError {
  readonly status: number;
  readonly body: {
    readonly error: {
      readonly message: string;
      readonly type: string;
      readonly param: string | null;
      readonly code: string;
    };
  };
}

/** An error as OpenAI's clients expect it. An unknown one is told apart only by the request's id. */
export function wireError(thrown: unknown, lang: 'en' | 'zh', requestId: string): WireError {
  const isState =
    thrown instanceof InkstoneError && /^(store\/(?!key-name|decided)|folder\/)/.test(thrown.code);
  // The sentences of the state name folders and processes: they are for the server's owner.
  const error = isState ? fail('serve/state-down', undefined, thrown) : thrown;
  const known = error instanceof InkstoneError && statuses.find(([prefix]) => error.code.startsWith(prefix));
  const told = known ? (error as InkstoneError) : fail('serve/internal', { id: requestId });
  const [, status, type] = known || statuses[0];
  const data = told.data as { readonly field?: string; readonly option?: string } | undefined;
  const param = data?.field ?? data?.option ?? null;
  return { status, body: { error: { message: told.text(lang), type, param, code: told.code } } };
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
