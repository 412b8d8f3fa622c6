/** The errors of this room. */

import { defineErrors } from '../errors.ts';
import type { FolderKind } from './folder-lock.ts';

const zhKind: { readonly [Kind in FolderKind]: string } = {
  run: '运行',
  state: '状态',
  history: '签署记录',
};
const list = (items: readonly string[]) => items.join(', ');

/** What helps where a data set of the hub cannot be had. */
const hubCures = {
  name: { en: 'check its name, revision and path', zh: '请检查名称、版本与路径' },
  token: {
    en: 'put a token that may read it into HF_TOKEN',
    zh: '请把有权读取它的令牌放入环境变量 HF_TOKEN',
  },
  path: {
    en: 'name a folder or a file of it: hf:OWNER/NAME/PATH',
    zh: '请指明其中的文件夹或文件：hf:OWNER/NAME/PATH',
  },
  endpoint: { en: 'check HF_ENDPOINT', zh: '请检查环境变量 HF_ENDPOINT' },
} as const;
type HubCure = keyof typeof hubCures;

export const fail = defineErrors({
  'io/no-space': {
    en: (d: { path: string; bytes: number | undefined }) =>
      `write: no space left for ${d.path}${d.bytes === undefined ? '' : ` (${d.bytes} bytes)`}; free some space or choose another folder, then run the same command again`,
    zh: (d) =>
      `写入：磁盘已满，无法写 ${d.path}${d.bytes === undefined ? '' : `（${d.bytes} 字节）`}；请腾出空间或换一个文件夹，然后重新运行同一条命令`,
  },
  'io/denied': {
    en: (d: { path: string; reason: string }) =>
      `${d.path}: not permitted (${d.reason}); change its permissions or choose another place`,
    zh: (d) => `${d.path}：没有权限（${d.reason}）；请修改权限或换一个位置`,
  },
  'io/sign-off': {
    en: (d: { path: string; line: number }) =>
      `${d.path}: line ${d.line} is not what was written, or one before it is missing: nobody's approval can be read from it; restore it from a copy, or remove it and sign again`,
    zh: (d) =>
      `${d.path}：第 ${d.line} 行已被改动，或其前有缺行，无法据此认定任何人的批准；请用副本恢复，或删除后重新签署`,
  },
  'io/sign-offs-full': {
    en: (d: { path: string; limit: number }) =>
      `${d.path}: may hold at most ${d.limit} approvals; keep it elsewhere and sign anew`,
    zh: (d) => `${d.path}：至多容纳 ${d.limit} 条批准记录；请移至别处保存，然后重新签署`,
  },
  'io/missing': {
    en: (d: { path: string }) => `${d.path}: no such file or folder; check the spelling`,
    zh: (d) => `${d.path}：没有这个文件或文件夹；请检查拼写`,
  },
  'io/device': {
    en: (d: { path: string; reason: string }) =>
      `${d.path}: the disk or the system refused (${d.reason}); check the disk and try again`,
    zh: (d) => `${d.path}：磁盘或系统拒绝了操作（${d.reason}）；请检查磁盘后重试`,
  },
  'io/program': {
    en: (d: { program: string; reason: string }) =>
      `${d.program}: it did not do its work (${d.reason}); is it the program that is meant, and is the file whole?`,
    zh: (d) => `${d.program}：程序没有完成工作（${d.reason}）；是否是所需的程序？文件是否完整？`,
  },
  'io/program-time': {
    en: (d: { program: string; seconds: number }) =>
      `${d.program}: it was stopped after ${d.seconds} s; give it less at a time`,
    zh: (d) => `${d.program}：超过 ${d.seconds} 秒，已中止；请减少一次处理的内容`,
  },
  'io/program-output': {
    en: (d: { program: string; limit: number }) =>
      `${d.program}: it was stopped after ${d.limit} bytes of output; give it less at a time`,
    zh: (d) => `${d.program}：输出超过 ${d.limit} 字节，已中止；请减少一次处理的内容`,
  },
  'io/needs-ffmpeg': {
    en: (d: { what: string; zhWhat: string; canBeWav: boolean }) =>
      `${d.what}: needs the program ffmpeg, which is not installed (Debian: apt-get install ffmpeg; macOS: brew install ffmpeg)${d.canBeWav ? '; WAV files need none' : ''}`,
    zh: (d) =>
      `${d.zhWhat}：需要 ffmpeg 程序，但没有安装（Debian：apt-get install ffmpeg；macOS：brew install ffmpeg）${d.canBeWav ? '；WAV 文件则不需要' : ''}`,
  },
  'io/no-track': {
    en: (d: { path: string; what: 'sound' | 'pictures' }) =>
      `${d.path}: must hold ${d.what}, and has none; choose another file`,
    zh: (d) => `${d.path}：其中没有${d.what === 'sound' ? '声音' : '画面'}；请换一个文件`,
  },
  'io/tag-missing': {
    en: (d: { path: string; line: number; got: string }) =>
      `${d.path}:${d.line}: must be a word and its tag in columns, got "${d.got}"; write the tag behind it, or take the tags off every line`,
    zh: (d) => `${d.path}:${d.line}：须为分列的词与标记，得到 "${d.got}"；请补上标记，或去掉所有行的标记`,
  },
  'io/sentence-length': {
    en: (d: { path: string; line: number; limit: number }) =>
      `${d.path}:${d.line}: a sentence must have at most ${d.limit} words, this one has more; put an empty line between sentences`,
    zh: (d) => `${d.path}:${d.line}：一句至多 ${d.limit} 个词，此句更长；请在句子之间空一行`,
  },
  'io/name': {
    en: (d: { name: string; reason: string }) =>
      `unsafe name ${JSON.stringify(d.name)}: ${d.reason}; use plain relative names such as "weights.safetensors"`,
    zh: (d) =>
      `不安全的名称 ${JSON.stringify(d.name)}：${d.reason}；请使用简单的相对名称，例如 "weights.safetensors"`,
  },
  'io/utf8': {
    en: (d: { path: string; offset: number; byte: number }) =>
      `${d.path}: not UTF-8 at byte ${d.offset} (0x${d.byte.toString(16).padStart(2, '0')}); convert the file to UTF-8 first`,
    zh: (d) =>
      `${d.path}：第 ${d.offset} 字节（0x${d.byte.toString(16).padStart(2, '0')}）不是 UTF-8；请先把文件转换为 UTF-8`,
  },
  'io/utf16': {
    en: (d: { path: string }) =>
      `${d.path}: the file begins with a UTF-16 mark (not UTF-8 at byte 0); convert it to UTF-8 first`,
    zh: (d) => `${d.path}：文件以 UTF-16 标记开头（第 0 字节不是 UTF-8）；请先把它转换为 UTF-8`,
  },
  'io/format': {
    en: (d: { path: string; format: string; reason: string }) =>
      `${d.path}: cannot be read as ${d.format}: ${d.reason}; the file is cut, damaged or of another kind`,
    zh: (d) => `${d.path}：无法按 ${d.format} 读取：${d.reason}；文件不完整、已损坏或不是这种格式`,
  },
  'io/no-text': {
    en: (d: { path: string; why: 'pictures' | 'fonts'; page: number }) =>
      `${d.path}: the text of this PDF cannot be read: ${d.why === 'fonts' ? `page ${d.page} has East Asian fonts that are not embedded (pdftotext can read them)` : `its ${d.page} pages hold pictures only (a scan needs text recognition)`}; convert it to text first, or leave it out`,
    zh: (d) =>
      `${d.path}：无法读取这个 PDF 的文字：${d.why === 'fonts' ? `第 ${d.page} 页的东亚字体没有嵌入（可用 pdftotext 读取）` : `${d.page} 页全是图片（扫描件须先做文字识别）`}；请先转换为纯文本，或去掉它`,
  },
  'io/format-limit': {
    en: (d: { path: string; format: string; what: string; limit: number; got: number }) =>
      `${d.path}: ${d.format} may have at most ${d.limit} ${d.what}, got ${d.got}; split the file, or convert it to text first`,
    zh: (d) =>
      `${d.path}：${d.format} 的 ${d.what} 至多为 ${d.limit}，得到 ${d.got}；请拆分文件，或先转换为纯文本`,
  },
  'io/image-size': {
    en: (d: { path: string; what: 'pixels' | 'pixels a side' | 'bytes'; limit: number; got: number }) =>
      `${d.path}: a picture may have at most ${d.limit} ${d.what}, got ${d.got}; make it smaller first`,
    zh: (d) =>
      `${d.path}：一张图片${d.what === 'pixels a side' ? '的边长' : ''}至多 ${d.limit} ${d.what === 'bytes' ? '字节' : '像素'}，得到 ${d.got}；请先缩小它`,
  },
  'io/format-killed': {
    en: (d: { path: string; format: string; reason: string }) =>
      `${d.path}: reading it as ${d.format} was stopped (${d.reason}); leave the file out, or convert it to text first`,
    zh: (d) => `${d.path}：按 ${d.format} 读取被中止（${d.reason}）；请去掉该文件，或先转换为纯文本`,
  },
  'io/column': {
    en: (d: { path: string; column: string | undefined; columns: readonly string[]; near?: string }) =>
      `${d.path}: ${d.column === undefined ? 'no column is named as text usually is' : `there is no column "${d.column}"`}; columns: ${list(d.columns) || 'none'}${d.near ? `; did you mean "${d.near}"?` : d.column === undefined ? '; name one with --text-column' : ''}`,
    zh: (d) =>
      `${d.path}：${d.column === undefined ? '没有常用名称的文本列' : `没有 "${d.column}" 这一列`}；现有列：${list(d.columns) || '无'}${d.near ? `；是不是 "${d.near}"？` : d.column === undefined ? '；请用 --text-column 指定' : ''}`,
  },
  'io/label-column': {
    en: (d: { path: string; columns: readonly string[] }) =>
      `${d.path}: no column is named as labels usually are; columns: ${list(d.columns)}; name one with --label-column`,
    zh: (d) => `${d.path}：没有常用名称的标签列；现有列：${list(d.columns)}；请用 --label-column 指定`,
  },
  'io/too-large': {
    en: (d: { path: string; bytes: number; limit: number }) =>
      `${d.path}: at most ${d.limit} bytes can be read as one text, got ${d.bytes}; split it, or use JSON lines (.jsonl)`,
    zh: (d) =>
      `${d.path}：整体读取的文本至多 ${d.limit} 字节，得到 ${d.bytes}；请拆分文件，或改用 JSON 行（.jsonl）`,
  },
  'io/json': {
    en: (d: { path: string; line: number | undefined; reason: string }) =>
      `${d.path}${d.line === undefined ? '' : `:${d.line}`}: not valid JSON (${d.reason})`,
    zh: (d) => `${d.path}${d.line === undefined ? '' : `:${d.line}`}：不是有效的 JSON（${d.reason}）`,
  },
  'io/record': {
    en: (d: { where: string; got: string }) =>
      `${d.where}: a record must be an object with named fields, got ${d.got}; write it like {"prediction": "…", "reference": "…"}`,
    zh: (d) =>
      `${d.where}：每条记录必须是带字段名的对象，得到 ${d.got}；应形如 {"prediction": "…", "reference": "…"}`,
  },
  'io/record-text': {
    en: (d: { where: string; name: string }) =>
      `${d.where}: the field "${d.name}" must be a text; name another with --text-column`,
    zh: (d) => `${d.where}：字段 "${d.name}" 必须是文本；请用 --text-column 指定其他字段`,
  },
  'io/record-format': {
    en: (d: { path: string; known: readonly string[] }) =>
      `${d.path}: records are read from ${list(d.known)}; give the file one of these endings`,
    zh: (d) => `${d.path}：记录只能从 ${list(d.known)} 文件读取；请使用其中一种扩展名`,
  },
  'io/json-line-length': {
    en: (d: { path: string; line: number; limit: number }) =>
      `${d.path}:${d.line}: a line may hold at most ${d.limit} bytes; split the record`,
    zh: (d) => `${d.path}:${d.line}：一行至多 ${d.limit} 字节；请拆分这条记录`,
  },
  'safetensors/header': {
    en: (d: { where: string; reason: string }) =>
      `safetensors: ${d.where} has no valid header: ${d.reason}; the file is cut, damaged or not safetensors`,
    zh: (d) => `safetensors：${d.where} 的文件头无效：${d.reason}；文件不完整、已损坏或不是 safetensors`,
  },
  'safetensors/layout': {
    en: (d: { where: string; tensor: string; reason: string }) =>
      `safetensors: ${d.where}, tensor ${JSON.stringify(d.tensor)}: ${d.reason}; the file is cut or damaged`,
    zh: (d) =>
      `safetensors：${d.where} 中的张量 ${JSON.stringify(d.tensor)}：${d.reason}；文件不完整或已损坏`,
  },
  'safetensors/tensor': {
    en: (d: { tensor: string; reason: string }) =>
      `safetensors: cannot write tensor ${JSON.stringify(d.tensor)}: ${d.reason}`,
    zh: (d) => `safetensors：无法写入张量 ${JSON.stringify(d.tensor)}：${d.reason}`,
  },
  'safetensors/unknown': {
    en: (d: { where: string; tensor: string; near: string | undefined }) =>
      `safetensors: ${d.where} has no tensor ${JSON.stringify(d.tensor)}${d.near ? `; did you mean ${JSON.stringify(d.near)}?` : ''}`,
    zh: (d) =>
      `safetensors：${d.where} 中没有张量 ${JSON.stringify(d.tensor)}${d.near ? `；是不是 ${JSON.stringify(d.near)}？` : ''}`,
  },
  'gguf/header': {
    en: (d: { where: string; reason: string }) =>
      `GGUF: ${d.where} has no valid header: ${d.reason}; the file is cut, damaged or not GGUF`,
    zh: (d) => `GGUF：${d.where} 的文件头无效：${d.reason}；文件不完整、已损坏或不是 GGUF`,
  },
  'gguf/layout': {
    en: (d: { where: string; tensor: string; reason: string }) =>
      `GGUF: ${d.where}, tensor ${JSON.stringify(d.tensor)}: ${d.reason}; the file is cut or damaged`,
    zh: (d) => `GGUF：${d.where} 中的张量 ${JSON.stringify(d.tensor)}：${d.reason}；文件不完整或已损坏`,
  },
  'gguf/tensor': {
    en: (d: { tensor: string; reason: string }) =>
      `GGUF: cannot write tensor ${JSON.stringify(d.tensor)}: ${d.reason}`,
    zh: (d) => `GGUF：无法写入张量 ${JSON.stringify(d.tensor)}：${d.reason}`,
  },
  'gguf/unknown': {
    en: (d: { where: string; tensor: string; near: string | undefined }) =>
      `GGUF: ${d.where} has no tensor ${JSON.stringify(d.tensor)}${d.near ? `; did you mean ${JSON.stringify(d.near)}?` : ''}`,
    zh: (d) =>
      `GGUF：${d.where} 中没有张量 ${JSON.stringify(d.tensor)}${d.near ? `；是不是 ${JSON.stringify(d.near)}？` : ''}`,
  },
  'checkpoint/exists': {
    en: (d: { folder: string; step: number }) =>
      `checkpoint: step ${d.step} is already saved in ${d.folder} and is never overwritten; use another run folder`,
    zh: (d) => `检查点：第 ${d.step} 步已保存在 ${d.folder}，不会被覆盖；请使用另一个运行文件夹`,
  },
  'checkpoint/damaged': {
    en: (d: { folder: string; reason: string }) =>
      `checkpoint: ${d.folder} is not complete: ${d.reason}; resume from another checkpoint`,
    zh: (d) => `检查点：${d.folder} 不完整：${d.reason}；请从另一个检查点继续`,
  },
  'checkpoint/step': {
    en: (d: { step: number }) => `checkpoint: the step must be a whole number in [0, 10^12), got ${d.step}`,
    zh: (d) => `检查点：步数必须是 [0, 10^12) 内的整数，得到 ${d.step}`,
  },
  'checkpoint/keep': {
    en: (d: { keepLast: number }) =>
      `checkpoint: keepLast must be a whole number of at least 1, got ${d.keepLast}`,
    zh: (d) => `检查点：keepLast 必须是不小于 1 的整数，得到 ${d.keepLast}`,
  },
  'folder/locked': {
    en: (d: { kind: FolderKind; folder: string; pid: number; lock: string }) =>
      `${d.kind} folder ${d.folder} is in use by process ${d.pid}; wait for it, stop it, or choose another folder`,
    zh: (d) => `${zhKind[d.kind]}文件夹 ${d.folder} 正被进程 ${d.pid} 使用；请等待或停止它，或换一个文件夹`,
  },
  'folder/locked-elsewhere': {
    en: (d: { kind: FolderKind; folder: string; pid: number; host: string; lock: string }) =>
      `${d.kind} folder ${d.folder} is in use by process ${d.pid} on machine ${d.host}; if that process is gone, delete ${d.lock}`,
    zh: (d) =>
      `${zhKind[d.kind]}文件夹 ${d.folder} 正被机器 ${d.host} 上的进程 ${d.pid} 使用；如果该进程已经结束，请删除 ${d.lock}`,
  },
  'source/spec': {
    en: (d: { spec: string; reason: string }) =>
      `source "${d.spec}": ${d.reason}; give a file, a folder, https://…, npm:NAME[@VERSION], or hf:OWNER/NAME[/PATH]`,
    zh: (d) =>
      `来源 "${d.spec}"：${d.reason}；请给出文件、文件夹、https:// 网址、npm:NAME[@VERSION] 或 hf:OWNER/NAME[/PATH]`,
  },
  'source/address': {
    en: (d: { url: string; address: string }) =>
      `${d.url}: leads to ${d.address}, an address of this machine or network; allow it with --private-addresses if that is meant`,
    zh: (d) => `${d.url}：指向 ${d.address}，属于本机或内网；若确需访问，请加 --private-addresses`,
  },
  'source/web': {
    en: (d: { url: string; reason: string }) =>
      `${d.url}: cannot be fetched (${d.reason}); what was received is kept: the same command goes on from there`,
    zh: (d) => `${d.url}：无法下载（${d.reason}）；已收到的部分会保留，重复同一命令即可续传`,
  },
  'source/web-refused': {
    en: (d: { url: string; reason: string }) => `${d.url}: refused: ${d.reason}; check the address`,
    zh: (d) => `${d.url}：已拒绝：${d.reason}；请检查网址`,
  },
  'source/kind': {
    en: (d: { path: string; extension: string; known: readonly string[] }) =>
      `${d.path}: cannot read ${d.extension || 'a file without extension'} as text; known: ${list(d.known)}; convert it to one of these`,
    zh: (d) =>
      `${d.path}：无法把${d.extension ? ` ${d.extension}` : '没有扩展名的文件'}当作文本读取；可读取：${list(d.known)}；请先转换成其中之一`,
  },
  'source/none': {
    en: (d: { path: string; known: readonly string[]; seen: readonly string[] }) =>
      `${d.path}: holds no text file (${list(d.known)})${d.seen.length ? `; found ${list(d.seen)}` : '; it is empty'}`,
    zh: (d) =>
      `${d.path}：没有文本文件（${list(d.known)}）${d.seen.length ? `；只找到 ${list(d.seen)}` : '；文件夹是空的'}`,
  },
  'source/too-many': {
    en: (d: { path: string; limit: number }) =>
      `${d.path}: a source may hold at most ${d.limit} files; choose a smaller folder`,
    zh: (d) => `${d.path}：一个来源至多包含 ${d.limit} 个文件；请选择较小的文件夹`,
  },
  'source/record': {
    en: (d: { path: string; record: number; keys: readonly string[] }) =>
      `${d.path}: record ${d.record} has no text: expected a string or one of text, content, body, paragraphs${d.keys.length ? `; it has ${list(d.keys)}: name one with --text-column` : ''}`,
    zh: (d) =>
      `${d.path}：第 ${d.record} 条记录没有文本：应为字符串，或含有 text、content、body、paragraphs 之一${d.keys.length ? `；它只有 ${list(d.keys)}：请用 --text-column 指定` : ''}`,
  },
  'source/offline': {
    en: (d: { spec: string }) =>
      `source ${d.spec}: not in the cache, and offline was asked for; run once with a network, or give your own text with --data FILE`,
    zh: (d) => `来源 ${d.spec}：缓存中没有，而当前要求离线；请联网运行一次，或用 --data FILE 给出自己的文本`,
  },
  'source/unreachable': {
    en: (d: { spec: string; reason: string }) =>
      `source ${d.spec}: the package registry cannot be reached and nothing is cached (${d.reason}); check the network and \`npm config get registry\`, or give your own text with --data FILE`,
    zh: (d) =>
      `来源 ${d.spec}：无法连接软件包仓库，缓存中也没有（${d.reason}）；请检查网络和 \`npm config get registry\`，或用 --data FILE 给出自己的文本`,
  },
  'source/package': {
    en: (d: { spec: string; reason: string }) =>
      `source ${d.spec}: the registry has no such package or version (${d.reason}); check the name`,
    zh: (d) => `来源 ${d.spec}：仓库中没有这个软件包或版本（${d.reason}）；请检查名称`,
  },
  'source/integrity': {
    en: (d: { spec: string; reason: string }) =>
      `source ${d.spec}: what was received is damaged or forged (${d.reason}); nothing was kept; try again, or use another registry`,
    zh: (d) =>
      `来源 ${d.spec}：收到的内容已损坏或被篡改（${d.reason}）；没有保留任何内容；请重试，或换一个仓库`,
  },
  'source/hub': {
    en: (d: { spec: string; reason: string; cure: HubCure }) =>
      `source ${d.spec}: ${d.reason}; ${hubCures[d.cure].en}`,
    zh: (d) => `来源 ${d.spec}：${d.reason}；${hubCures[d.cure].zh}`,
  },
  'source/archive': {
    en: (d: { spec: string; entry: string; reason: string }) =>
      `source ${d.spec}: refused, its archive is unsafe: entry ${JSON.stringify(d.entry)}: ${d.reason}`,
    zh: (d) => `来源 ${d.spec}：已拒绝，压缩包不安全：条目 ${JSON.stringify(d.entry)}：${d.reason}`,
  },
});
