/** The options of `inkstone card` and `sign`, and what asks for a signature before a model is given away. */

import type { OptionTable } from './command.ts';

/** What only a person knows. A card names each that is missing, without the kind of card before the colon. */
export const cardFields = {
  author: { type: 'string', doc: { en: 'who made it', zh: '由谁制作' } },
  contact: { type: 'string', doc: { en: 'where questions and complaints go', zh: '疑问与投诉的联系方式' } },
  license: { type: 'string', doc: { en: 'under which licence the model may be used', zh: '模型的使用许可' } },
  intendedUse: { type: 'string', doc: { en: 'what it is for, and for whom', zh: '用途与使用者' } },
  outOfScope: { type: 'string', doc: { en: 'what it must not be used for', zh: '不得用于什么' } },
  groups: {
    type: 'string',
    doc: {
      en: 'people, dialects and subjects for which it may work less well',
      zh: '对哪些人群、方言或题材可能效果较差',
    },
  },
  risks: {
    type: 'string',
    doc: { en: 'what harm it could do, and what was done about it', zh: '可能造成的危害，以及已采取的措施' },
  },
  dataLicense: {
    type: 'string',
    doc: { en: 'under which licence the text was had', zh: '文本的许可' },
  },
  purpose: {
    type: 'string',
    doc: { en: 'data sheet: why the text was gathered, and who paid', zh: '数据说明书：为何收集、由谁出资' },
  },
  collection: {
    type: 'string',
    doc: { en: 'data sheet: how, when and by whom it was gathered', zh: '数据说明书：如何、何时、由谁收集' },
  },
  consent: {
    type: 'string',
    doc: {
      en: 'data sheet: whether the people in it know and agree, and how they take it back',
      zh: '数据说明书：其中涉及的人是否知情同意、如何撤回',
    },
  },
  maintenance: {
    type: 'string',
    doc: { en: 'data sheet: who keeps it up and mends errors', zh: '数据说明书：由谁维护、更正错误' },
  },
} as const satisfies OptionTable;

export const cardOptions = {
  data: {
    type: 'string',
    placeholder: 'source',
    doc: {
      en: 'write a data sheet of this text instead, as train --data reads it',
      zh: '改为给此文本写数据说明书；读法同 train --data',
    },
  },
  ...cardFields,
  out: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'the file to write (default: README.md of the run; of data, its name with .datasheet.md)',
      zh: '写入的文件（默认：训练目录的 README.md；数据则为其名加 .datasheet.md）',
    },
  },
  offline: { type: 'boolean', doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' } },
} as const satisfies OptionTable;

export const signOptions = {
  name: { type: 'string', doc: { en: 'who approves it', zh: '批准人' } },
  statement: {
    type: 'string',
    doc: { en: 'what was looked at, and for what it is approved', zh: '审查了什么、批准用于什么' },
  },
} as const satisfies OptionTable;

export const requireSignOff = {
  type: 'boolean',
  doc: {
    en: 'refuse a model that nobody signed (inkstone sign), or that was changed since; also with INKSTONE_REQUIRE_SIGN_OFF=1',
    zh: '拒绝无人签署（inkstone sign）或签署后有改动的模型；也可设 INKSTONE_REQUIRE_SIGN_OFF=1',
  },
} as const;
