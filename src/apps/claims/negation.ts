/** Whether a sentence denies what it speaks of. */

/** Words that look like a denial and are none; taken away first. */
const NONE =
  /\bnot only\b|\bno\. ?\d|\bno (?:doubt|longer than|less than|fewer than|more than)\b|不仅|不但|不只|不光|不断|不同|不过|不少|不久|不论|不管|不得不|不可不|不错|不停|不一|不及|不足|不列颠|不丹|无论|无数|无不|无非|无疑|无锡|无线|非常|[东西南北中]非|非洲|非但|未来|未免|未必不|没落|没收|沉没|淹没|莫非|莫斯科|莫扎特|莫奈|莫言|莫桑比克|莫高窟|除非|是非|是不是|能不能|有没有/gu;
const DENIALS =
  /\b(?:not|never|no|nor|neither|none|nobody|nothing|nowhere|without|cannot|lacks?|lacked|denie[sd]|false)\b|n['’]t\b|不|没|未|无|非|否认|莫|勿/gu;
/** What parts the clauses of a sentence. */
export const CLAUSES = /[;；,，]|\b(?:and|but)\b|但/u;
/** One denial does not take back another beyond these: `neither cats nor dogs`, 既不吃也不喝. */
const JOINTS = /[;；,，、]|\b(?:and|or|nor|but)\b|[也又而但且]/u;

/** By its words: within a part an even number of denials says what none says. 没有不 denies nothing. */
export function isNegated(sentence: string): boolean {
  const plain = sentence
    .normalize('NFKC')
    .toLowerCase()
    .replace(NONE, ' ')
    .replace(/^\s*nor\b/, 'not');
  return plain.split(JOINTS).some((part) => (part.match(DENIALS) ?? []).length % 2 === 1);
}
