/** Words of corpora: what is read, and what is taken out. */

import { defineTerms } from './term.ts';

export const dataTerms = defineTerms({
  nearDuplicate: {
    name: { en: 'near duplicate', zh: '近似重复' },
    also: ['near duplicates', 'nearDuplicates', 'min-hash', 'MinHash', 'LSH', '近重复'],
    text: {
      en: 'A document that is almost the same as an earlier one: another edition, a copy with a few words changed. Models learn such texts by heart, and a copy of a training text among the held-out ones makes a model look better than it is. They are found by short fingerprints and compared before one is dropped.',
      zh: '与前面某篇几乎相同的文本：另一个版本，或改动几字的抄本。模型容易把它们背下来；训练文本的抄本若混进留出文本，模型会显得比实际更好。先用短指纹找出，逐对核对后才去掉。',
    },
  },
  repeatedLine: {
    name: { en: 'repeated line', zh: '重复行' },
    also: ['repeated lines', 'repeatedLines', 'boilerplate', '样板文字'],
    text: {
      en: 'A line or paragraph that stands in many documents: a menu, a licence, a signature. It says nothing about the text around it, yet a model sees it so often that it writes it anywhere.',
      zh: '在许多文本中反复出现的行或段落，如菜单、许可声明、落款。它与上下文无关，却因见得太多，模型会到处写它。',
    },
  },
  repetitiveText: {
    name: { en: 'repetitive text', zh: '自我重复的文本' },
    also: ['dropRepetitive', 'drop repetitive', 'Gopher rules', 'Gopher 规则'],
    text: {
      en: 'A document of which too great a share is copies of its own lines, paragraphs or n-grams. The thresholds are those with which the text of the Gopher models was filtered (Rae et al. 2021). A model that learns from such text learns to repeat itself.',
      zh: '自身的行、段落或 n 元组重复过多的文本。阈值取自 Gopher 模型筛选语料的做法（Rae 等，2021）。从这类文本学习的模型会学会复读。',
    },
  },
  privateAddress: {
    name: { en: 'private address', zh: '内网地址' },
    also: ['privateAddresses', 'private addresses', 'SSRF', '本机地址'],
    text: {
      en: 'An address of this machine or of the network around it, which nobody outside can reach. A link in a text from elsewhere could lead there and fetch what is not meant to be read, so such addresses are refused unless they are asked for.',
      zh: '本机或所在网络的地址，外界无法访问。外来文本中的链接可能指向那里，取出不该读的内容，因此除非明确允许，一律拒绝。',
    },
  },
  languageOfText: {
    name: { en: 'language identification', zh: '语种识别' },
    also: ['language', 'language id', '语言识别', '语种'],
    text: {
      en: 'Telling which language a text is in: by its characters where they settle it (Chinese, Japanese, Korean), else by which short runs of letters are frequent. A model of two languages learns little from a hundred others that slipped in. Very short texts are told less surely.',
      zh: '判断文本是哪种语言：汉字、假名、谚文看字符即可，其余看哪些短字母串常见。只学两种语言的模型，混进别的语言得不偿失。文本很短时判断不那么可靠。',
    },
  },
  mixTemperature: {
    name: { en: 'mix temperature', zh: '混合温度' },
    also: ['mixTemperature', 'temperature sampling', 'language mix', '温度采样', '多语言'],
    text: {
      en: 'How unevenly languages are mixed in training: each comes with a probability in proportion to the size of its text to the power of 1/T. At 1 a language is read as much as there is of it, and a small one hardly; a higher T raises the small ones, whose text then comes again and again. XLM (Conneau and Lample 2019) calls 1/T alpha and took 0.5 to 0.7, XLM-R 0.3, which is T = 3.3.',
      zh: '训练时各语言混合得有多不均：每种语言出现的概率正比于其文本量的 1/T 次方。取 1 则文本有多少就读多少，小语种几乎轮不到；T 越大，小语种占得越多，它的文本也重复得越多。XLM（Conneau 与 Lample，2019）把 1/T 记作 α，取 0.5 至 0.7，XLM-R 取 0.3，即 T = 3.3。',
    },
  },
  quality: {
    name: { en: 'quality rules', zh: '质量规则' },
    also: ['quality', 'C4', 'Gopher quality'],
    text: {
      en: 'Simple counts that tell prose from menus, lists and code: words in all, their length, lines that end like sentences, small words such as "the". Two published sets: Gopher (Rae et al. 2021) judges whole documents, C4 (Raffel et al. 2020) also drops lines. They are made for web pages: verse and tables hardly pass.',
      zh: '用简单的计数把文章与菜单、列表、代码分开：总词数、词长、行是否像句子那样结束、有没有虚词。有两套公开的规则：Gopher（Rae 等，2021）评判整篇，C4（Raffel 等，2020）还会删行。它们为网页而设，诗歌和表格很难通过。',
    },
  },
  blocklist: {
    name: { en: 'block list', zh: '屏蔽词表' },
    also: ['word list', '敏感词'],
    text: {
      en: 'A file of words, one a line, that training text must not hold. None is built in: what is an insult depends on the language, the time and the purpose. Such lists also hit texts about the words, and whole groups of people are easily silenced by them: look at the examples in the report.',
      zh: '列出训练文本中不得出现之词的文件，每行一条。没有内置词表：什么算冒犯，取决于语言、时代和用途。词表也会误伤讨论这些词的文本，容易让某些人群整体消音：请看报告里的例子。',
    },
  },
  personalData: {
    name: { en: 'personal data', zh: '个人信息' },
    also: ['maskPersonal', 'mask personal', 'PII', 'privacy', '隐私'],
    text: {
      en: 'What points to a person: mail addresses, telephone, card and identity numbers. A model may repeat what it saw only once. They are found by their form and check digits and replaced by a word for their kind, such as [EMAIL]; names and street addresses are not found.',
      zh: '指向某个人的信息：邮箱、电话、银行卡号、身份证号。模型只见过一次也可能原样说出。按格式与校验位识别，换成表示类别的词，如 [EMAIL]；姓名和住址识别不了。',
    },
  },
  partOfSpeech: {
    name: { en: 'part of speech', zh: '词性' },
    also: ['POS', 'POS tagging', 'UPOS', 'CoNLL-U', '词性标注'],
    text: {
      en: 'What a word does in its sentence: noun, verb, adjective, mark. The seventeen tags of Universal Dependencies are one set for all languages, so Chinese and English can be counted side by side; the tag of the tool that read the text stands beside it. CoNLL-U is the file format for them, a word a line in ten columns.',
      zh: '词在句中的作用：名词、动词、形容词、标点等。通用依存（Universal Dependencies）的十七种标记适用于各种语言，中英文因此可以放在一起统计；旁边保留所用工具自己的标记。CoNLL-U 是存放它们的文件格式，每行一词，共十列。',
    },
  },
  namedEntity: {
    name: { en: 'named entity', zh: '命名实体' },
    also: ['named entities', 'NER', '实体识别'],
    text: {
      en: 'A name in a text, and of what: a person, a place, an organization; often dates and amounts as well. Found by dictionaries and rules, or by a model that labels each word: B-PER begins the name of a person, I-PER goes on, O is no name. A name counts as found only if both its ends and its kind are right.',
      zh: '文中的名称及其类别：人名、地名、机构名，常也包括日期与数量。可凭词典与规则查找，也可由逐词标注的模型给出：B-PER 表示人名开始，I-PER 表示继续，O 表示不是名称。两端与类别全对才算找到。',
    },
  },
  contamination: {
    name: { en: 'contamination', zh: '评测污染' },
    also: ['excludeOverlap', 'exclude overlap', 'data leakage', 'benchmark leakage', '数据泄漏'],
    text: {
      en: 'Evaluation texts that stand in the training text, too: the model then remembers instead of understanding, and its score says nothing. The usual rule (GPT-3, Brown et al. 2020): wherever 13 words in a row are the same, they are cut out with 200 characters on each side; in Chinese, 26 characters in a row.',
      zh: '评测文本混进了训练文本：模型靠的是记忆而非理解，分数便没有意义。通行的规则（GPT-3，Brown 等，2020）：凡连续 13 词相同，连同前后各 200 字符一并剪去；中文则为连续 26 字。',
    },
  },
  mattr: {
    name: { en: 'MATTR', zh: '滑动型次比' },
    also: ['moving-average type-token ratio', 'type-token ratio', 'vocabulary diversity', '词汇丰富度'],
    text: {
      en: 'How many different words there are among 500 in a row, on average over the whole text (Covington and McFall 2010). A plain share of different words falls as a text grows, since words come again; this one does not, so texts of different length can be compared.',
      zh: '文本中任意连续 500 词里不同词所占的平均比例（Covington 与 McFall，2010）。普通的不同词比例会随文本变长而下降，因为词总会再来；它不会，因此长短不同的文本可以相比。',
    },
  },
  augmentation: {
    name: { en: 'augmentation', zh: '数据增强' },
    also: ['EDA', 'synonyms', 'data augmentation', '同义词替换'],
    text: {
      en: 'New examples made from the ones there are by small changes that leave the label right: a synonym in the place of a word, a word swapped, added, left out (EDA, Wei and Zou 2019). It helps where labelled texts are few; a model of thousands gains little.',
      zh: '对已有样本做不影响标签的小改动来得到新样本：换一个同义词，调换、添加或删去一个词（EDA，Wei 与 Zou，2019）。标注很少时有用；已有数千条时收益很小。',
    },
  },
});
