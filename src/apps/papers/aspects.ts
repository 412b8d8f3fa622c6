/** What papers are compared by: for each column the words and the sections where a paper speaks of it. */

import type { SectionKind } from './sections.ts';

export const aspectNames = ['task', 'data', 'method', 'result', 'limits'] as const;
export type AspectName = (typeof aspectNames)[number];

export interface Aspect {
  readonly name: string;
  readonly words: { readonly en: string; readonly zh: string };
  /** What a model is asked. */
  readonly question: { readonly en: string; readonly zh: string };
  readonly cues: RegExp;
  /** Sections where it is spoken of, each with what that counts. */
  readonly sections: { readonly [Kind in SectionKind]?: number };
}

export const aspects: { readonly [Name in AspectName]: Omit<Aspect, 'name'> } = {
  task: {
    words: { en: 'task', zh: '任务' },
    question: { en: 'What problem does the paper work on?', zh: '论文研究什么问题？' },
    cues: /\b(?:we (?:study|address|investigate|consider|tackle|examine|ask|present|propose|introduce)|this (?:paper|work|article|study) (?:studies|presents|proposes|addresses|investigates|examines|describes|introduces)|task of|problem of|aims? to|our goal|research question)\b|本文(?:研究|提出|针对|探讨|讨论|旨在|介绍|考察)|针对|旨在|研究(?:了)?.{0,20}问题|任务|为了解决/giu,
    sections: { abstract: 1, introduction: 0.7, conclusion: 0.2 },
  },
  data: {
    words: { en: 'data', zh: '数据' },
    question: {
      en: 'Which data or participants are used, and how many?',
      zh: '用了哪些数据或样本，规模多大？',
    },
    cues: /\b(?:data\s?sets?|corpus|corpora|benchmark|samples?|participants|patients|(?:training|test|validation|development) (?:sets?|data)|examples|sentences|images|questionnaires?|collected|annotated)\b|数据集?|语料|样本|训练集|测试集|被试|问卷|采集|标注|条(?:评论|句子|记录)/giu,
    sections: { data: 1, experiments: 0.8, abstract: 0.4, method: 0.3, results: 0.3 },
  },
  method: {
    words: { en: 'method', zh: '方法' },
    question: { en: 'Which method does the paper use?', zh: '论文用什么方法？' },
    cues: /\b(?:we (?:propose|present|introduce|use|train|apply|develop|build|design|employ)|our (?:method|model|approach|system|algorithm)|is based on|consists? of|method|architecture|algorithm|network|classifier|regression)\b|我们(?:提出|使用|采用|训练|设计|构建)|本文(?:方法|模型|采用|使用|提出)|采用|基于|方法|模型|算法|网络/giu,
    sections: { method: 1, abstract: 0.8, data: 0.6, introduction: 0.4 },
  },
  result: {
    words: { en: 'result', zh: '结果' },
    question: { en: 'What is the main result, with its figures?', zh: '主要结果是什么（含数字）？' },
    cues: /\b(?:achieves?|reach(?:es|ed)?|outperforms?|improves?|results? (?:show|indicate)|we (?:find|found|show|observe)|accuracy|F1|BLEU|ROUGE|perplexity|error rate|significant(?:ly)?|compared (?:with|to)|state[- ]of[- ]the[- ]art)\b|\d+(?:\.\d+)?\s*%|达到|优于|提高|提升|结果(?:表明|显示)|准确率|精确率|召回率|显著|实验(?:表明|证明)/giu,
    sections: { results: 1, abstract: 0.9, conclusion: 0.8, experiments: 0.6, discussion: 0.4 },
  },
  limits: {
    words: { en: 'limits', zh: '局限' },
    question: { en: 'Which limits does the paper itself name?', zh: '论文自己指出了哪些局限？' },
    cues: /\b(?:limitations?|limited to|however|only (?:on|in|for|one|two)|future work|fails?|cannot|does not|do not|did not|remains?|drawback|weakness|threats?|not (?:tested|evaluated|studied|cover))\b|局限|不足|然而|未来|今后|尚未|仅(?:在|限|对)|没有(?:考虑|测试|评估)|有待|缺陷|无法/giu,
    sections: { limitations: 1.2, discussion: 0.7, conclusion: 0.6 },
  },
};

export const isAspectName = (name: string): name is AspectName => Object.hasOwn(aspects, name);
