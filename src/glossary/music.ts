/** Words of music. */

import { defineTerms } from './term.ts';

export const musicTerms = defineTerms({
  abcNotation: {
    name: { en: 'ABC notation', zh: 'ABC 记谱法' },
    also: ['abc', 'tunebook', 'music', '曲谱', '作曲'],
    text: {
      en: 'Music as plain text: a header with metre (M:), unit length (L:) and key (K:), then letters for notes, numbers for their lengths and | between bars. A model learns it as it learns any text; header first, so that it writes in the metre and key that are asked for. inkstone music checks what comes with a parser.',
      zh: '以纯文本写的乐谱：先是写有拍号（M:）、单位音长（L:）与调号（K:）的曲头，再以字母记音、数字记时值、| 分小节。模型像学普通文本一样学它；曲头在前，所以能按要求的拍号与调来写。inkstone music 用解析器检查写出的曲子。',
    },
  },
  barsThatFit: {
    name: { en: 'bars that fit', zh: '合拍的小节' },
    also: ['bar lengths', 'partial bars', 'upbeat', 'anacrusis', '弱起'],
    text: {
      en: 'A bar fits if its notes last as long as the metre says. At the edge of a part it may be shorter: an upbeat, and the bar that makes room for it. A tune fits if no bar is wrong and at least as many are full as short; of three printed tunebooks that were typed in (Aird, Ryan, O’Neill) 90 to 99 % do, of one whose lines end without bar lines 60 %.',
      zh: '小节中的音符总时值与拍号一致即为合拍。段落边缘的小节可以更短：弱起，以及为它留出位置的那一小节。没有错误小节、且完整小节不少于短小节的曲子为合拍；由人录入的三部印刷曲谱（Aird、Ryan、O’Neill）中有 90% 至 99% 如此，一部行末不写小节线的只有 60%。',
    },
  },
});
