/** Whether a sentence denies what it speaks of. */

/** Words that look like a denial and are none; taken away first. */
const NONE =
  /\bnot only\b|\bno\. ?\d|\bno (?:doubt|longer than|less than|fewer than|more than)\b|不仅|不但|不只|不光|不断|不同|不过|不少|不久|不论|不管|不得不|不可不|不错|不停|不一|不久|不及|不足|无论|无数|无不|无非|无疑|非常|非洲|非但|未来|未免|未必不|没落|没收|莫非|除非|是非|是不是|能不能|有没有/gu;
const DENIALS =
  /\b(?:not|never|no|nor|neither|none|nobody|nothing|nowhere|without|cannot|lacks?|lacked|denie[sd]|false)\b|n['’]t\b|不|没|未|无|非|否认|从来没|莫|勿/gu;

/** By its words: an even number of denials says what none says. 没有不 denies nothing. */
export function isNegated(sentence: string): boolean {
  const plain = sentence.normalize('NFKC').toLowerCase().replace(NONE, ' ');
  return (plain.match(DENIALS) ?? []).length % 2 === 1;
}
