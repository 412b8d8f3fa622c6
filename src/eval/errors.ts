/** The sentences of this room's errors. */

import { defineErrors } from '../errors.ts';
import { type Issue, issueReason } from '../issues.ts';

/** What is wrong with the bytes of a packed text. */
type PackedDamage = 'kind' | 'cut' | 'changed' | 'version' | 'limit';

export const fail = defineErrors({
  'eval/option': {
    en: (d: { where: string; option: string; rule: string; got: unknown }) =>
      `${d.where}: \`${d.option}\` must be ${d.rule}, got ${String(d.got)}`,
    zh: (d) => `${d.where}：\`${d.option}\` 必须是 ${d.rule}，得到 ${String(d.got)}`,
  },
  'eval/trend': {
    en: (d: { rule: string; zhRule: string; got: number }) =>
      `trend: there must be ${d.rule}, got ${d.got}; give other texts, or longer periods with --every`,
    zh: (d) => `趋势：必须有${d.zhRule}，得到 ${d.got}；请换文本，或用 --every 取更长的时段`,
  },
  'eval/no-texts': {
    en: (d: { where: string; least: number; got: number }) =>
      `${d.where}: needs at least ${d.least} texts of enough length, got ${d.got}; give more text, or shorter prompts`,
    zh: (d) => `${d.where}：至少需要 ${d.least} 篇足够长的文本，得到 ${d.got} 篇；请提供更多文本或缩短提示`,
  },
  'eval/no-room': {
    en: (d: { where: string; needed: number; contextLength: number }) =>
      `${d.where}: ${d.needed} tokens must fit into the context, which holds ${d.contextLength}; ask for fewer`,
    zh: (d) => `${d.where}：上下文须容纳 ${d.needed} 个词元，而它只有 ${d.contextLength}；请减少数量`,
  },
  'eval/few-tokens': {
    en: (d: { tokens: number; least: number }) =>
      `length: the cost can be told of ${d.least} tokens or more, got ${d.tokens}; ask for more`,
    zh: (d) => `长度：至少 ${d.least} 个词元才能预测开销，得到 ${d.tokens}；请给更大的数`,
  },
  'eval/passkey-room': {
    en: (d: { room: number }) =>
      `passkey: there is no room for the task in ${d.room} tokens; try greater --times, or a model with a longer context`,
    zh: (d) => `密钥任务：${d.room} 个词元放不下该任务；请增大 --times，或换上下文更长的模型`,
  },
  'eval/short-text': {
    en: (d: { tokens: number; needed: number }) =>
      `length: the text must have at least ${d.needed} tokens, it has ${d.tokens}; give a longer one with --data, or ask for less`,
    zh: (d) =>
      `长度：文本至少需要 ${d.needed} 个词元，现有 ${d.tokens} 个；请用 --data 给出更长的文本，或降低要求`,
  },
  'eval/same-name': {
    en: (d: { where: string; name: string }) =>
      `${d.where}: each model must have a name of its own, got "${d.name}" twice; name each once`,
    zh: (d) => `${d.where}：每个模型须有不同的名字，而 "${d.name}" 出现了两次；每个只列一次`,
  },
  'eval/no-hidden': {
    en: (d: { where: string }) => `${d.where}: the model must give hidden states, this one gives none`,
    zh: (d) => `${d.where}：模型必须给出隐藏状态，而这个模型没有`,
  },
  'eval/no-inside': {
    en: (d: { where: string; what: 'attention' | 'layers' | 'embeddings' | 'experts' }) =>
      `${d.where}: the model must show its ${d.what}, this one does not; take another${d.what === 'experts' ? ', trained with --experts' : ''}`,
    zh: (d) =>
      `${d.where}：模型必须能展示其${{ attention: '注意力', layers: '各层状态', embeddings: '嵌入向量', experts: '各专家的用量' }[d.what]}，而这个模型不能；请换一个${d.what === 'experts' ? '以 --experts 训练的' : ''}模型`,
  },
  'eval/no-tokens': {
    en: (d: { where: string }) =>
      `${d.where}: the text must have at least 1 token, got none; write something`,
    zh: (d) => `${d.where}：文本至少要有 1 个词元；请输入文字`,
  },
  'eval/few-symbols': {
    en: (d: { got: number }) =>
      `textStatistics: the texts must have at least 2 symbols together, got ${d.got}; give more text`,
    zh: (d) => `textStatistics：文本合计至少要有 2 个符号，得到 ${d.got}；请提供更多文本`,
  },
  'eval/no-word': {
    en: (d: { word: string; words: number; near?: string }) =>
      `"${d.word}" has no vector among the ${d.words} words${d.near ? `; did you mean "${d.near}"?` : '; it was too rare, or is written otherwise'}`,
    zh: (d) =>
      `"${d.word}" 不在 ${d.words} 个词向量之中${d.near ? `，是不是 "${d.near}"？` : '；可能出现太少，或写法不同'}`,
  },
  'eval/questions': {
    en: (d: { path: string; line: number; most: number }) =>
      `${d.path}: must hold at most ${d.most} questions, each "a b c d" (an analogy) or "a b 3.5" (a similarity), all of one kind; see question ${d.line}`,
    zh: (d) =>
      `${d.path}：至多 ${d.most} 题，每题为 "a b c d"（类比）或 "a b 3.5"（相似度），且同属一种；见第 ${d.line} 题`,
  },
  'eval/logits': {
    en: (d: { where: string }) =>
      `${d.where}: logits must be numbers below infinity, these are not; the model may have diverged`,
    zh: (d) => `${d.where}：logits 必须是有限的数，而这些不是；模型可能已发散`,
  },
  'eval/lone-surrogate': {
    en: () => 'packText: the text must be well-formed Unicode, it has a lone surrogate; take it out first',
    zh: () => 'packText：文本必须是合法的 Unicode，而其中有孤立的代理项；请先去掉',
  },
  'eval/packed': {
    en: (d: { path: string; what: PackedDamage; got?: number }) =>
      `${d.path}: ${
        {
          kind: 'is no packed text; pack one with inkstone pack',
          cut: 'the packed text is cut off; copy the whole file again',
          changed: 'the packed text was changed on its way, its checksum does not fit; copy it again',
          version: `packed in version ${d.got} of the format, known is 1; use a newer Inkstone`,
          limit: `the packed text says it holds more than is allowed (${d.got}); it was not made by inkstone pack`,
        }[d.what]
      }`,
    zh: (d) =>
      `${d.path}：${
        {
          kind: '不是压缩文本；请用 inkstone pack 生成',
          cut: '压缩文本不完整；请重新复制整个文件',
          changed: '压缩文本在传输中被改动，校验和不符；请重新复制',
          version: `格式版本为 ${d.got}，已知的是 1；请使用更新的 Inkstone`,
          limit: `压缩文本声称的内容超过允许的上限（${d.got}）；它不是由 inkstone pack 生成的`,
        }[d.what]
      }`,
  },
  'eval/packed-model': {
    en: (d: { path: string; packedWith: string; given: string }) =>
      `${d.path}: was packed with the weights and tokenizer of "${d.packedWith}", which those of ${d.given} are not; give that model`,
    zh: (d) => `${d.path}：是用 "${d.packedWith}" 的权重与分词器压缩的，与 ${d.given} 不同；请给出原来的模型`,
  },
  'eval/packed-engine': {
    en: (d: { path: string; packedBy: string; here: string }) =>
      `${d.path}: the text that comes out is not the one that went in: the probabilities are computed otherwise here (packed by ${d.packedBy || 'unknown'}, here ${d.here || 'unknown'}); unpack it with the same kernels, threads and version`,
    zh: (d) =>
      `${d.path}：解出的文本与原文不符：此处算出的概率不同（压缩时为 ${d.packedBy || '未知'}，此处为 ${d.here || '未知'}）；请用相同的内核、线程数与版本解压`,
  },
  'eval/too-long': {
    en: (d: { where: string; tokens: number; most: number }) =>
      `${d.where}: at most ${d.most} tokens can be looked at, got ${d.tokens}; shorten the text`,
    zh: (d) => `${d.where}：最多查看 ${d.most} 个词元，得到 ${d.tokens} 个；请缩短文本`,
  },
  'eval/no-records': {
    en: (d: { where: string }) => `${d.where}: needs at least 1 record to score, got none`,
    zh: (d) => `${d.where}：至少需要 1 条记录才能评分，而一条也没有`,
  },
  'eval/bias-record': {
    en: (d: { where: string; issue: Issue | undefined }) =>
      `${d.where}: a bias probe's records must all be of CrowS-Pairs (sent_more, sent_less), of BBQ (context, question, ans0, …) or of StereoSet (sentences with gold_label), got another${d.issue ? ` (${d.issue.path.join('.') || 'record'}: ${issueReason(d.issue, 'en')})` : ''}; give one of these files as it was published`,
    zh: (d) =>
      `${d.where}：偏见探测的记录须同属 CrowS-Pairs（sent_more、sent_less）、BBQ（context、question、ans0……）或 StereoSet（含 gold_label 的 sentences），而这条不是${d.issue ? `（${d.issue.path.join('.') || '记录'}：${issueReason(d.issue, 'zh')}）` : ''}；请给出原样的公开文件`,
  },
  'eval/many-items': {
    en: (d: { where: string; most: number; got: number }) =>
      `${d.where}: at most ${d.most} items can be asked, got ${d.got} or more; split the file`,
    zh: (d) => `${d.where}：至多 ${d.most} 条，得到 ${d.got} 条或更多；请拆分文件`,
  },
  'eval/bias-encoder': {
    en: (d: { model: string }) =>
      `${d.model}: an encoder can be asked pairs of sentences (CrowS-Pairs) only; give such a file, or a model that writes`,
    zh: (d) => `${d.model}：编码器只能用成对的句子（CrowS-Pairs）来问；请给出此类文件，或换用会写作的模型`,
  },
  'eval/attack': {
    en: (d: { where: string; issue: Issue }) =>
      `${d.where}: an attack must have id, category, prompt and success ({"leaks": "canary"}, {"says": […]} or {"calls": tool}), got another (${d.issue.path.join('.') || 'record'}: ${issueReason(d.issue, 'en')})`,
    zh: (d) =>
      `${d.where}：一条攻击须有 id、category、prompt 与 success（{"leaks": "canary"}、{"says": […]} 或 {"calls": 工具}），而这条不是（${d.issue.path.join('.') || '记录'}：${issueReason(d.issue, 'zh')}）`,
  },
  'eval/groups': {
    en: (d: { least: number; most: number; got: number }) =>
      `groupGaps: gaps are between ${d.least} to ${d.most} groups, got ${d.got}; name the column that tells the group`,
    zh: (d) =>
      `groupGaps：差距须在 ${d.least} 到 ${d.most} 个群体之间比较，得到 ${d.got} 个；请指明表示群体的列`,
  },
  'eval/positive': {
    en: (d: { positive: string; known: readonly string[] }) =>
      `groupGaps: nothing is or was called "${d.positive}"; the labels are ${d.known.slice(0, 12).join(', ')}`,
    zh: (d) =>
      `groupGaps：没有一条属于或被判为 "${d.positive}"；现有标签：${d.known.slice(0, 12).join('、')}`,
  },
  'eval/unequal': {
    en: (d: { where: string; predictions: number; references: number }) =>
      `${d.where}: there must be as many references as predictions, got ${d.predictions} predictions and ${d.references} references`,
    zh: (d) => `${d.where}：预测与参考的条数必须相等，得到 ${d.predictions} 条预测和 ${d.references} 条参考`,
  },
  'eval/labels': {
    en: (d: { where: string; most: number; got: number }) =>
      `${d.where}: at most ${d.most} labels fit, got ${d.got}; are these labels, or free text?`,
    zh: (d) => `${d.where}：至多 ${d.most} 种标签，得到 ${d.got} 种；这些是标签，还是自由文本？`,
  },
  'eval/field': {
    en: (d: {
      where: string;
      field: string;
      isGiven: boolean;
      option: string | undefined;
      known: readonly string[];
      near?: string;
    }) =>
      `${d.where}: there is no field "${d.field}"${d.isGiven ? '' : ' or one of its usual names'}; it has ${d.known.join(', ') || 'none'}${d.near ? `; did you mean "${d.near}"?` : d.option && !d.isGiven ? `; name one with ${d.option}` : ''}`,
    zh: (d) =>
      `${d.where}：没有 "${d.field}" 这个字段${d.isGiven ? '' : '，也没有它的常用名称'}；现有字段：${d.known.join('、') || '无'}${d.near ? `；是不是 "${d.near}"？` : d.option && !d.isGiven ? `；请用 ${d.option} 指定` : ''}`,
  },
  'eval/field-kind': {
    en: (d: { where: string; field: string; rule: string; zhRule: string; got: string }) =>
      `${d.where}: "${d.field}" must be ${d.rule}, got ${d.got}`,
    zh: (d) => `${d.where}："${d.field}" 必须是${d.zhRule}，得到 ${d.got}`,
  },
  'eval/empty-references': {
    en: (d: { where: string; field: string }) =>
      `${d.where}: "${d.field}" must hold at least one reference, got an empty list; leave the record out`,
    zh: (d) => `${d.where}："${d.field}" 至少要有一条参考，得到空列表；请去掉这条记录`,
  },
  'eval/metric': {
    en: (d: { name: string; known: readonly string[]; near: string | undefined }) =>
      `eval: there is no metric "${d.name}" for this task; there are ${d.known.join(', ')}${d.near ? `; did you mean "${d.near}"?` : ''}`,
    zh: (d) =>
      `评分：此任务没有 "${d.name}" 这项指标；可用 ${d.known.join('、')}${d.near ? `；是不是 "${d.near}"？` : ''}`,
  },
  'eval/attempts': {
    en: (d: { k: number; most: number; problem: string }) =>
      `eval: pass@${d.k} needs ${d.k} attempts at every problem, "${d.problem}" has ${d.most}; choose a smaller --k`,
    zh: (d) =>
      `评分：pass@${d.k} 要求每题至少 ${d.k} 次尝试，而 "${d.problem}" 只有 ${d.most} 次；请减小 --k`,
  },
  'eval/other-count': {
    en: (d: { first: number; second: number }) =>
      `eval: both files must have the same records to be compared, got ${d.first} and ${d.second}; score them one by one`,
    zh: (d) => `评分：两个文件的记录必须相同才能比较，得到 ${d.first} 条与 ${d.second} 条；请分别评分`,
  },
  'eval/other-reference': {
    en: (d: { item: number }) =>
      `eval: both files must have the same references in the same order, and item ${d.item} differs; score them one by one`,
    zh: (d) => `评分：两个文件的参考及其次序必须相同，而第 ${d.item} 项不同；请分别评分`,
  },
  'eval/pairs': {
    en: (d: { first: number; second: number; most: number }) =>
      `eval: two texts may have at most ${d.most} pairs of words to be compared for what they have in common, got ${d.first} × ${d.second}; leave out rouge-l, rouge-lsum and f1 with --metrics, or cut the texts`,
    zh: (d) =>
      `评分：比较两篇文本的共有部分时至多 ${d.most} 对词，得到 ${d.first} × ${d.second}；请用 --metrics 去掉 rouge-l、rouge-lsum 与 f1，或截短文本`,
  },
  'eval/task': {
    en: (d: { where: string; key: string; issue: Issue }) =>
      `${d.where}: is no benchmark task that can be read (${d.key || 'the whole'}: ${issueReason(d.issue, 'en')}); see the tasks in examples/tasks`,
    zh: (d) =>
      `${d.where}：不是可读的评测任务（${d.key || '整体'}：${issueReason(d.issue, 'zh')}）；可参考 examples/tasks 中的任务`,
  },
  'eval/task-field': {
    en: (d: { where: string; field: string; rule: string; zhRule: string }) =>
      `${d.where}: the field "${d.field}" must be ${d.rule}`,
    zh: (d) => `${d.where}：字段 "${d.field}" 必须${d.zhRule}`,
  },
  'eval/few-examples': {
    en: (d: { task: string; shots: number; got: number }) =>
      `${d.task}: ${d.shots} examples beside the item itself are needed, there are ${d.got}; ask for fewer, or give more`,
    zh: (d) =>
      `${d.task}：除被测条目外需要 ${d.shots} 个示例，只有 ${d.got} 个；请减少示例数，或提供更多示例`,
  },
  'eval/no-likelihoods': {
    en: (d: { model: string; task: string }) =>
      `${d.task}: needs the probabilities of given texts, and ${d.model} is an endpoint that only writes; use a task of type generation, or a local model`,
    zh: (d) =>
      `${d.task}：需要给定文本的概率，而 ${d.model} 是只会写作的端点；请用 generation 类任务，或使用本地模型`,
  },
  'eval/search-space': {
    en: (d: { got: string }) =>
      `search: a space must be up to 20 names with a range (float, log, int or log-int, low:high) or values (up to 100), at least one of them free, such as "c=log:0.01:100; ngrams=int:1:3; loss=hinge,squared-hinge", got "${d.got}"`,
    zh: (d) =>
      `搜索：搜索空间须为至多 20 个名称，各带一个范围（float、log、int 或 log-int，低:高）或若干取值（至多 100 个），且至少一个可变，例如 "c=log:0.01:100; ngrams=int:1:3; loss=hinge,squared-hinge"，得到 "${d.got}"`,
  },
  'eval/error-rate-pairs': {
    en: (d: { references: number; hypotheses: number }) =>
      `error rate: there must be as many hypotheses as references, got ${d.hypotheses} and ${d.references}`,
    zh: (d) => `错误率：假设与参考的数量必须相同，得到 ${d.hypotheses} 与 ${d.references}`,
  },
  'eval/error-rate-length': {
    en: (d: { got: number; limit: number }) =>
      `error rate: a text may have at most ${d.limit} words or characters, got ${d.got}; cut both sides at the same place`,
    zh: (d) => `错误率：一段文字至多 ${d.limit} 个词或字符，得到 ${d.got}；请在相同位置切分两边`,
  },
  'eval/no-reference': {
    en: (d: { where: string; record: number }) =>
      `${d.where}: record ${d.record} has no reference; give at least one`,
    zh: (d) => `${d.where}：第 ${d.record} 条记录没有参考；请至少给出一条`,
  },
});

/** Checks an integer option. */
export function checkInteger(where: string, option: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw fail('eval/option', { where, option, rule: `an integer ≥ ${least}`, got: value });
}
