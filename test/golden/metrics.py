"""Scores of the reference libraries on texts written for this file and on numbers drawn with a seed. Writes metrics.json beside it.
usage: python test/golden/metrics.py   (sacrebleu 2.6.0, rouge-score 0.1.2, scikit-learn 1.9.1, scipy 1.17.1, pytrec-eval-terrier 0.5.11,
nltk 3.10.4, numpy 2.4.6). SQuAD's and CMRC 2018's rules have no package: they are written out here from their definitions.
"""
import collections, json, math, pathlib, re, string, warnings
import numpy as np, pytrec_eval, scipy.stats, sklearn.metrics as sk
from nltk.tokenize import NLTKWordTokenizer
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF

warnings.filterwarnings('ignore')

# Hypothesis, then references; as many references for every text of a set.
EN = [
    ['The kettle boiled over before anyone noticed.', 'The kettle had boiled over before anybody noticed it.', 'Nobody saw the kettle boil over.'],
    ['She paid $1,250.50 for it -- in cash!', 'She paid 1,250.50 dollars in cash for it.', 'In cash, she paid $1,250.50.'],
    ['', 'Nothing was said.', 'Silence.'],
    ['A lone word', '', 'a lone word'],
    ['"Don\'t," he said; (quietly) "it\'s 5-a-side, isn\'t it?"', '"Do not," he said quietly, "it is five-a-side, is it not?"', '“Don’t,” he said, “it’s 5-a-side.”'],
    ['The the the the the the the.', 'The cat is on the mat.', 'There is a cat on the mat.'],
    ['  Rain &amp; wind,\u00a0all night &quot;long&quot;  ', 'Rain & wind all night "long"', 'Wind and rain, all night long.'],
    ['In 1999 -2.5 % became 3.75%, i.e. more than e.g. 4/5.', 'In 1999, -2.5% became 3.75 %, that is more than 4/5.', 'More than 4/5: -2.5 % became 3.75 % in 1999.'],
    ['Naïve café owners 🙂🙂 met at Zoë’s', 'The naïve café owner 🙂 met us at Zoë’s 🏠.', 'Café owners met 🙂.'],
    ['first line\nsecond line here\nthird', 'second line here\nthe first line\nand a third', 'first line\nthird line\nsecond line'],
    ['well-\nknown <skipped> words.', 'well-known words .', 'words well known'],
    ['x', 'x', 'y'],
    ['!?', '?!', '...'],
    ['The quick brown fox jumps over the lazy dog near the old stone bridge.', 'The quick brown fox jumps over the lazy dog near the old stone bridge.', 'A fox jumps.'],
]
ZH = [
    ['水壶在有人发现之前就烧开了。', '没等有人注意，水壶就烧干了。'],
    ['她用现金付了1,250.50元！', '她付了 1,250.50 元现金。'],
    ['', '什么也没有说。'],
    ['今天天气很好，我们去公园。', '今天天气真好，我们一起去公园吧！'],
    ['他说：“别这样——这是5人制，对吗？”', '他说：「不要这样……这是五人制，对吧？」'],
    ['春春春春春', '春天来了'],
    ['ＡＢＣ公司在２０２４年发布了GPT-2模型。', 'ABC公司于2024年发布了 GPT-2 模型。'],
    ['山上有座庙\n庙里有个老和尚', '从前有座山\n山上有座庙\n庙里有个和尚'],
    ['笑脸🙂和𠮷野家，还有café。', '𠮷野家的笑脸🙂🙂，以及 café'],
    ['\u3000\u3000段首缩进的一句话。\u3000', '段首缩进的话。'],
    ['。', '！'],
    ['日本語のテキストとカタカナ', '日本語テキスト、カタカナ'],
    ['水果有苹果、香蕉和葡萄→都很甜', '水果有苹果、香蕉和葡萄→都很甜'],
]

def bleu(texts, nrefs):
    hyps, refs = [t[0] for t in texts], [[t[1 + r] for t in texts] for r in range(nrefs)]
    rows = []
    for tok in ['13a', 'zh', 'char', 'none']:
        for smooth, value in [('exp', None), ('floor', None), ('floor', 0.01), ('add-k', None), ('none', None)]:
            for lower in [False, True]:
                metric = BLEU(tokenize=tok, smooth_method=smooth, smooth_value=value, lowercase=lower)
                one = BLEU(tokenize=tok, smooth_method=smooth, smooth_value=value, lowercase=lower, effective_order=True)
                score = metric.corpus_score(hyps, refs)
                rows.append(dict(tokenizer=tok, smoothing=smooth, value=value, lowercase=lower, score=score.score, precisions=score.precisions, bp=score.bp,
                                 lengths=[score.sys_len, score.ref_len], signature=str(metric.get_signature()),
                                 sentences=[one.sentence_score(h, [r[i] for r in refs]).score for i, h in enumerate(hyps)]))
    return rows

def chrf(texts, nrefs):
    hyps, refs = [t[0] for t in texts], [[t[1 + r] for t in texts] for r in range(nrefs)]
    rows = []
    for words in [0, 1, 2]:
        for lower in [False, True]:
            metric = CHRF(word_order=words, lowercase=lower)
            rows.append(dict(wordOrders=words, lowercase=lower, score=metric.corpus_score(hyps, refs).score, signature=str(metric.get_signature()),
                             sentences=[metric.sentence_score(h, [r[i] for r in refs]).score for i, h in enumerate(hyps)]))
    return rows

class Characters:
    """Every Chinese character or kana alone; of the rest, runs of letters and digits."""
    def tokenize(self, text):
        ideograph = '\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af'
        return re.findall(f'[{ideograph}]|(?:(?![{ideograph}])[^\\W_])+', text.lower())

def rouge(texts, nrefs, tokenizer=None):
    scorer = RougeScorer(['rouge1', 'rouge2', 'rougeL', 'rougeLsum'], tokenizer=tokenizer)
    return [{k: list(v) for k, v in scorer.score_multi(t[1:1 + nrefs], t[0]).items()} for t in texts]

ANSWERS = [['The Eiffel Tower', ['eiffel tower', 'Eiffel Tower, Paris']], ['in 1,889', ['1889']], ['', ['']], ['', ['something']], ['a', ['the']], ['an answer', ['']],
           ['an apple a day', ['apple day', 'the apples']], ['U.S.A.', ['usa']], ['état-major', ['the État major', 'etat']], ['the a_the _a', ['a_the']],
           ['to be or to be', ['not to be', 'be be be to']], ['naïve’s', ["naive's", 'naïve’s']], ['42%', ['42']], ['3.14 (pi)', ['pi 3.14']]]
CMRC = [['北京市海淀区', ['北京海淀', '海淀区']], ['《红楼梦》', ['红楼梦']], ['1998年3.5万人', ['1998 年 3.5 万人']], ['GPT-2模型', ['gpt2', 'GPT-2 模型']], ['约1,000米', ['1,000米', '一千米']],
        ['他去了…', ['他去了']], ['他说：“好，走吧。”', ['好 走吧', '他说好走吧']], ['Visual Studio Code编辑器', ['visual studio', 'Studio Code 编辑器']], ['春', ['秋']], ['a, b.', ['a b', 'b.']],
        ['ＡＢＣ公司', ['ABC公司']], ['', ['春']], ['。！', ['春']], ['𠮷野家', ['𠮷野']],
        ['由J. H. Smith（约30°C、50％）主持', ['J. H. Smith', '30°C', '约 50％']], ["it's 他 don't 说.NET", ["it 's 他", "do n't 说 .NET"]], ['a… b... 100% (c)', ['b ...', '100 %(c)', '100%']]]

def squad(pred, golds):
    def norm(s):
        s = ''.join(c for c in s.lower() if c not in string.punctuation)
        return ' '.join(re.sub(r'\b(a|an|the)\b', ' ', s).split())
    def f1(p, g):
        p, g = norm(p).split(), norm(g).split()
        if not p or not g: return int(p == g)
        same = sum((collections.Counter(p) & collections.Counter(g)).values())
        return 2 * same / (len(p) + len(g)) if same else 0
    return [max(int(norm(pred) == norm(g)) for g in golds), max(f1(pred, g) for g in golds)]

CMRC_MARKS = '-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』'
def cmrc(pred, golds):
    strip = lambda s: ''.join(c for c in s.lower().strip() if c not in CMRC_MARKS)
    def pieces(s):
        out = []
        for part in re.split('([\u4e00-\u9fa5])', strip(s)):
            out += [part] if re.fullmatch('[\u4e00-\u9fa5]', part) else NLTKWordTokenizer().tokenize(part)
        return out
    def f1(p, g):
        p, g = pieces(p), pieces(g)
        run = max([0] + [n for i in range(len(p)) for n in range(1, len(p) - i + 1) if any(p[i:i + n] == g[j:j + n] for j in range(len(g)))])
        return 2 * run / (len(p) + len(g)) if run else 0
    return [int(any(strip(pred) == strip(g) for g in golds)), max(f1(pred, g) for g in golds)]

def labels(pred, true):
    average = lambda how: list(sk.precision_recall_fscore_support(true, pred, average=how, zero_division=0)[:3])
    names = sorted(set(pred) | set(true))
    each = sk.precision_recall_fscore_support(true, pred, labels=names, zero_division=0)
    kappa = sk.cohen_kappa_score(true, pred)
    return dict(predictions=pred, references=true, labels=names, accuracy=sk.accuracy_score(true, pred), balanced=sk.balanced_accuracy_score(true, pred),
                micro=average('micro'), macro=average('macro'), weighted=average('weighted'), classes=[list(map(float, row)) for row in zip(*each)],
                matthews=sk.matthews_corrcoef(true, pred), kappa=None if math.isnan(kappa) else kappa, matrix=sk.confusion_matrix(true, pred, labels=names).tolist())

rng = np.random.default_rng(7)
# Lines of few different words: which of several longest subsequences is taken decides ROUGE-Lsum.
lines = lambda: '\n'.join(' '.join(rng.choice(list('abcd'), size=rng.integers(1, 7))) for _ in range(rng.integers(2, 5)))
LINES = [[lines(), lines()] for _ in range(40)]
def drawn(names, n, right):
    true = [names[i] for i in rng.integers(len(names), size=n)]
    return labels([t if rng.random() < right else names[rng.integers(len(names))] for t in true], true)
classification = [drawn(['neg', 'pos'], 40, .7), drawn(['体育', '财经', '科技', '娱乐'], 60, .6), drawn(list('abcdefgh'), 25, .3), labels(list('aaab'), list('abcd')), labels(list('aaa'), list('aaa')),
                  labels(list('aaaa'), list('aabb')), labels(list('aabb'), list('aaaa')), labels(['1', '0', '1'], ['0', '1', '0'])]

def numbers(p, t):
    p, t = list(map(float, p)), list(map(float, t))
    nan = lambda x: None if math.isnan(x) else float(x)
    return dict(predictions=p, references=t, mse=sk.mean_squared_error(t, p), rmse=sk.root_mean_squared_error(t, p), mae=sk.mean_absolute_error(t, p), r2=nan(sk.r2_score(t, p)),
                pearson=nan(scipy.stats.pearsonr(p, t)[0]), spearman=nan(scipy.stats.spearmanr(p, t)[0]))
true = rng.normal(size=30)
regression = [numbers(true + rng.normal(size=30) * .5, true), numbers(rng.integers(5, size=40), rng.integers(1, 6, size=40)), numbers([1, 1, 1], [1, 2, 3]), numbers([1, 2, 3], [2, 2, 2]),
              numbers([2, 2, 2], [2, 2, 2]), numbers([1e9 + 1, 1e9 + 2, 1e9 + 4], [1e9, 1e9 + 3, 1e9 + 3]), numbers([3, 2, 1], [1, 2, 3])]

qrels, run = {}, {}
for q in range(12):
    docs = [f'd{i}' for i in range(30)]
    qrels[f'q{q}'] = {d: int(rng.integers(-1, 4)) for d in rng.permutation(docs)[:8]}
    run[f'q{q}'] = {d: round(float(rng.random()), 1) for d in rng.permutation(docs)[:int(rng.integers(1, 25))]}
qrels['q3'] = {'d1': 0, 'd2': 0}
qrels['q4'] = {'d99': 2}
measures = {'map', 'recip_rank', 'ndcg_cut.1,5,10', 'recall.1,5,10', 'P.1,5,10', 'success.1,5,10'}
per_query = pytrec_eval.RelevanceEvaluator(qrels, measures).evaluate(run)
at = lambda row, name: [row[f'{name}_{k}'] for k in (1, 5, 10)]
ranking = dict(qrels=qrels, run=run, scores={q: dict(map=r['map'], rr=r['recip_rank'], ndcg=at(r, 'ndcg_cut'), recall=at(r, 'recall'), precision=at(r, 'P'), success=at(r, 'success'))
                                             for q, r in per_query.items()})

pass_at_k = [[n, c, k, float(1 - np.prod(1 - k / np.arange(n - c + 1, n + 1))) if n - c >= k else 1.0]
             for n, c, k in [(1, 0, 1), (1, 1, 1), (10, 3, 1), (10, 3, 5), (10, 8, 5), (200, 1, 100), (200, 13, 10), (200, 0, 100), (2000, 700, 1000)]]

golden = dict(
    en=dict(texts=EN, bleu=[bleu(EN, 1), bleu(EN, 2)], chrf=[chrf(EN, 1), chrf(EN, 2)], rouge=[rouge(EN, 1), rouge(EN, 2)]),
    zh=dict(texts=ZH, bleu=[bleu(ZH, 1)], chrf=[chrf(ZH, 1)], rouge=[rouge(ZH, 1, Characters())], rougeWords=rouge(ZH, 1)),
    lines=[[*t, r['rougeLsum']] for t, r in zip(LINES, rouge(LINES, 1))],
    squad=[[p, g, *squad(p, g)] for p, g in ANSWERS], cmrc=[[p, g, *cmrc(p, g)] for p, g in CMRC],
    classification=classification, regression=regression, ranking=ranking, passAtK=pass_at_k)
path = pathlib.Path(__file__).with_name('metrics.json')
path.write_text(json.dumps(golden, ensure_ascii=False, separators=(',', ':')) + '\n')
print(path.stat().st_size)
