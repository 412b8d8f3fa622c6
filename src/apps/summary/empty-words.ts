/** Words that hold sentences together and say nothing of what a text is about, English and Chinese. */

import type { Analyzer } from '../../retrieve/index.ts';

const EMPTY = `i me my mine myself you your yours yourself he him his himself she her hers herself it its itself we us our ours
  ourselves they them their theirs themselves this that these those who whom whose which what there here when where why how
  am is are was were be been being do does did done doing have has had having will would shall should can could may might must
  ought a an the and or but nor so yet if then than as while because since until although though unless whether
  of at by for with about against between into through during before after above below to from up down in out on off over under
  upon without within again further once only just very too also even still ever never not no yes all any both each few many
  more most much other another some such own same one said say says go went gone come came get got make made let well now
  don't doesn't didn't won't wouldn't can't couldn't shouldn't isn't aren't wasn't weren't haven't hasn't hadn't i'm i've i'll i'd
  you're you've you'll he's she's it's we're they're that's there's what's
  的 地 得 了 着 过 吗 呢 吧 啊 呀 么 嘛 罢 哩 之 乎 者 也 矣 焉 哉 而 且 则 乃 其 以 于 与 及 和 跟 同 或 但 但是 可是 不过 然而 所以 因为 因此
  因 故 如果 若 若是 虽 虽然 虽是 既 既然 即 就 便 才 却 都 也 又 还 还是 再 更 最 很 太 只 只是 只得 不 没 没有 无 非 未 别 不是 不得 不能
  不知 不要 不好 是 是不是 有 在 到 从 向 往 对 对于 把 被 将 给 让 使 叫 叫做 为 做 作 去 来 起来 出来 下来 上来 过来 进来 出去 上 下 里 外 中 前 后
  我 我们 你 你们 他 他们 她 她们 它 它们 咱们 自己 这 那 这个 那个 这些 那些 这里 那里 这样 那样 这么 那么 此 该 各 每 某 谁 什么 怎么 怎样 如何 哪 哪里
  一 一个 一些 一面 一时 两 几 几个 个 些 次 种 件 人 人家 说 道 说道 问道 笑道 笑 问 听 听见 听了 见 看 知道 想 可以 可 能 会 要 好 好的 大 小 多 少 罢了
  时 时候 今日 今儿 如今 已 已经 曾 正 正在 忙 等 连 所 者 云 曰`;

/** Those words as an analyzer has them. */
export const emptyTerms = (analyze: Analyzer): ReadonlySet<string> => new Set(analyze(EMPTY));
