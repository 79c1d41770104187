"""Which models will be right, from the queries' texts: scikit-learn's logistic regressions on its TF-IDF of the same data."""

import time

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, precision_recall_curve

# Inverse penalties that validation chooses from.
GRID = [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0]
# Test queries that are predicted one by one.
SINGLE = 200


def vectorizer(kind):
    """As it comes, or words and pairs of words with logarithmic counts."""
    if kind == "defaults":
        return TfidfVectorizer()
    return TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)


def unit(kind, features, labels, train, validation):
    """One model's classifier, classes balanced; a number where it has but one class on train."""
    known = [query for query in train if labels[query] is not None]
    wanted = np.array([labels[query] for query in known])
    if len(set(wanted)) < 2:
        return float(wanted[0]) if len(wanted) else 0.5
    best, least = None, np.inf
    judged = [query for query in validation if labels[query] is not None]
    for penalty in [1.0] if kind == "defaults" else GRID:
        fitted = LogisticRegression(C=penalty, class_weight="balanced", max_iter=1000).fit(features[known], wanted)
        found = fitted.predict_proba(features[judged])[:, 1]
        loss = log_loss([labels[query] for query in judged], found, labels=[0, 1])
        if loss < least:
            best, least = fitted, loss
    return best


def threshold(kind, found, labels, validation):
    """One half, or where F1 is best on validation."""
    judged = [query for query in validation if labels[query] is not None]
    if kind == "defaults" or len({labels[query] for query in judged}) < 2:
        return 0.5
    precision, recall, thresholds = precision_recall_curve([labels[query] for query in judged], [found[query] for query in judged])
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return float(thresholds[np.argmax(f1[:-1])])


def probabilities(units, features):
    """By query the probability of each model."""
    columns = [
        np.full(features.shape[0], found) if isinstance(found, float) else found.predict_proba(features)[:, 1]
        for found in units
    ]
    return np.stack(columns, axis=1)


def train_and_predict(request):
    """Trains on the train part, chooses on validation, predicts test; seconds of training and of single predictions."""
    kind, texts, test = request["kind"], request["texts"], request["test"]
    start = time.perf_counter()
    terms = vectorizer(kind)
    terms.fit([texts[query] for query in request["train"]])
    features = terms.transform(texts)
    units = [unit(kind, features, labels, request["train"], request["validation"]) for labels in request["labels"]]
    every = probabilities(units, features)
    thresholds = [
        threshold(kind, every[:, model], labels, request["validation"]) for model, labels in enumerate(request["labels"])
    ]
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    for query in test[:SINGLE]:
        probabilities(units, terms.transform([texts[query]]))
    single = (time.perf_counter() - start) / len(test[:SINGLE])
    return {"seconds": seconds, "single": single, "p": every[test].tolist(), "thresholds": thresholds}
