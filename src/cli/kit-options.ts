/** The options of kits that answering commands and the server share. */

export const kitOption = {
  type: 'string',
  placeholder: 'kits',
  doc: {
    en: 'warnings and words of a field: law, finance, medicine, or a file of your own, joined by commas',
    zh: '某领域的提示与用语：law、finance、medicine 或自己的文件，以逗号连接',
  },
} as const;

export const kitNotice = {
  type: 'string',
  choices: ['field', 'always'],
  default: 'field',
  doc: {
    en: 'below which answers a notice of the kit stands: those of its field as its words tell it, or all',
    zh: '领域包的提示放在哪些回答之下：按其用语判断属于该领域的，或全部',
  },
} as const;

export const kitNumbers = {
  type: 'string',
  placeholder: 'words',
  doc: {
    en: 'numbers to call in an emergency, as a kit shall name them ("ambulance 120"); without, none is named',
    zh: '紧急时要拨打的号码，按此写入提示（如“急救 120”）；不给则不写号码',
  },
} as const;
