/**
 * A data sheet from what reading a text tells, in the sections of Gebru et al. 2021, "Datasheets for Datasets"; what only a
 * person knows stands there as missing.
 */

import { countCharacters, maskPersonal, type PersonalKind } from '../data/index.ts';
import { type Card, type CardFields, cardWriter, inWords } from './card-text.ts';
import { hashTexts, type LoadedCorpus, splitCorpus } from './corpus.ts';

export function dataCard({ name, documents, report, known }: LoadedCorpus, fields: CardFields): Card {
  const { row, section, text, field, card } = cardWriter(
    inWords(`Data sheet: ${name}`, `数据说明书：${name}`),
    fields,
  );
  const lengths = documents.map(({ text }) => countCharacters(text)).sort((a, b) => a - b);
  const personal = new Map<PersonalKind, number>();
  for (const { text } of documents)
    maskPersonal(text, (kind) => void personal.set(kind, (personal.get(kind) ?? 0) + 1));
  const found = [...personal].map(([kind, count]) => `${kind} ${count}`).join(', ');
  section(inWords('Motivation', '动机'));
  field('author');
  field('purpose');
  section(inWords('Composition', '组成'));
  row(inWords('source', '来源'), `\`${name}\``);
  row(inWords('documents', '篇数'), documents.length);
  row(
    inWords('characters', '字数'),
    lengths.reduce((sum, x) => sum + x, 0),
  );
  row(
    inWords('characters of a document: least, median, most', '每篇字数：最少、中位、最多'),
    [0, lengths.length >> 1, lengths.length - 1].map((at) => lengths[at]).join(', '),
  );
  const { train, heldOut } = splitCorpus(documents);
  // In the order of a run, so that both hashes can be compared.
  const sha256 = hashTexts([...train, ...heldOut]);
  row(inWords('SHA-256 of the clean text', '清洗后文本的 SHA-256'), `\`${sha256}\``);
  row(
    inWords('personal data found by form (no names, no addresses)', '按格式找到的个人信息（不含姓名住址）'),
    found || inWords('none', '无'),
  );
  section(inWords('Collection process', '收集过程'));
  field('collection');
  field('consent');
  section(inWords('Preprocessing and cleaning', '预处理与清洗'));
  if (known) row(inWords('rules of the known corpus', '采用已知语料的规则'), `\`${known}\``);
  text(
    ...(report.length > 0 ? report : [inWords('nothing was changed', '没有改动')]).map((line) => `- ${line}`),
  );
  section(inWords('Uses', '用途'));
  field('intendedUse');
  field('outOfScope');
  field('groups');
  section(inWords('Distribution', '分发'));
  field('dataLicense');
  section(inWords('Maintenance', '维护'));
  field('maintenance');
  field('contact');
  return card();
}
