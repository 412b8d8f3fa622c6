"""Reference numbers for text classifiers: scikit-learn's tf-idf, MultinomialNB, ComplementNB and LinearSVC on texts written here.
usage: python test/golden/classify.py   (scikit-learn 1.9)
"""
import json, pathlib, re
import numpy as np
import sklearn
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.svm import LinearSVC

TEXTS = [
    ('The room was clean and the bed was soft', 'good'), ("I don't like the noise, the noise never ends", 'bad'),
    ('房间很干净，床很软', 'good'), ('隔壁太吵，一夜没睡', 'bad'), ('The train leaves at 7.30 from gate 4', 'plain'),
    ('列车七点半发车', 'plain'), ('clean, quiet, and very kind people', 'good'), ('dirty room, rude people', 'bad'),
    ('服务很好，早餐很好', 'good'), ('早餐太差，房间很脏', 'bad'), ('The gate is open from 6 to 9', 'plain'),
    ('候车室在二楼', 'plain'), ('a soft bed and a very good breakfast', 'good'), ('the bed was hard and the breakfast was cold', 'bad'),
    ('breakfast is from 7 to 10 in the room on the left', 'plain'), ('床太硬，很吵', 'bad'), ('很安静，人很好', 'good'),
]
UNIT = re.compile(r"[\u3400-\u9fff]|(?:(?![\u3400-\u9fff])\w)+(?:(?:(?<=[^\W\d_])['.](?=[^\W\d_])|(?<=\d)[.,](?=\d))(?:(?![\u3400-\u9fff])\w)+)*")


def rounded(x):
    return [float(f'{v:.12g}') for v in np.asarray(x).ravel()]


texts, labels = zip(*TEXTS)
names = sorted(set(labels))
y = np.array([names.index(label) for label in labels])
cut = dict(tokenizer=UNIT.findall, token_pattern=None, ngram_range=(1, 2))
counts = CountVectorizer(**cut).fit(texts)
tfidf = TfidfVectorizer(**cut).fit(texts)
grams = counts.get_feature_names_out().tolist()
N, T = counts.transform(texts), tfidf.transform(texts)
two = y < 2


def svm(loss, c, X, y):
    """The best there is: both losses are strongly convex in w, so any solver must come here."""
    m = LinearSVC(loss=loss, C=c, dual=True, tol=1e-10, max_iter=10_000_000, random_state=0).fit(X, y)
    machines = []
    for k in range(len(m.classes_) if len(m.classes_) > 2 else 1):
        sign = np.where(y == (m.classes_[k] if len(m.classes_) > 2 else m.classes_[1]), 1, -1)
        w, b = m.coef_[k], m.intercept_[k]
        slack = np.maximum(0, 1 - sign * (X @ w + b))
        machines.append(0.5 * (w @ w + b * b) + c * (slack ** (1 if loss == 'hinge' else 2)).sum())
    return dict(loss=loss, c=c, decisions=rounded(m.decision_function(X)), objectives=rounded(machines))


golden = dict(
    version=sklearn.__version__, texts=texts, labels=labels, grams=grams,
    counts=[[[grams[j], int(row[0, j])] for j in row.nonzero()[1]] for row in N],
    tfidf=[rounded(row.toarray()[0][row.nonzero()[1]]) for row in T],
    multinomial=[dict(smoothing=a, log=rounded(MultinomialNB(alpha=a).fit(N, y).predict_joint_log_proba(N))) for a in (1, 0.1)],
    complement=[dict(smoothing=a, log=rounded(ComplementNB(alpha=a).fit(N, y).predict_joint_log_proba(N))) for a in (1, 0.1)],
    probabilities=rounded(MultinomialNB().fit(N, y).predict_proba(N)),
    svm=[svm(loss, c, T, y) for loss in ('hinge', 'squared_hinge') for c in (1, 10)],
    binary=[svm(loss, 1, T[two], y[two]) for loss in ('hinge', 'squared_hinge')],
)
path = pathlib.Path(__file__).with_suffix('.json')
path.write_text(json.dumps(golden, ensure_ascii=False, separators=(',', ':')) + '\n')
print(path.name, path.stat().st_size)
