"""Reference numbers for test/golden/heads.json: logits, loss and every gradient of task heads on a one-layer BERT, with padding.
Hugging Face's classes in PyTorch, computed in double precision from weights that a formula gives (model.py); entities by seqeval.
usage: python test/golden/heads.py   (torch 2.15, transformers 5.23, seqeval 1.2)
"""
import torch
from model import fill, packed, save, tokens
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support
from transformers import (BertConfig, BertForQuestionAnswering, BertForSequenceClassification, BertForTokenClassification,
                          RobertaConfig, RobertaForSequenceClassification)

common = dict(vocab_size=40, hidden_size=16, num_hidden_layers=1, num_attention_heads=4, intermediate_size=24, hidden_act='gelu',
              layer_norm_eps=1e-5, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, classifier_dropout=0.0)
bert = dict(common, model_type='bert', max_position_embeddings=12, type_vocab_size=2, pad_token_id=0)
roberta = dict(common, model_type='roberta', max_position_embeddings=14, type_vocab_size=1, pad_token_id=1)
names = {str(i): name for i, name in enumerate(['bad', 'good', 'plain'])}
one = {'0': 'LABEL_0'}

# A span's padding counts in the other library's loss and not in ours: its rows are whole.
cases = [
    ('classify', BertForSequenceClassification, BertConfig, dict(bert, id2label=names), [9, 6], torch.tensor([2, 0])),
    ('classify-roberta', RobertaForSequenceClassification, RobertaConfig, dict(roberta, id2label=names), [9, 6], torch.tensor([1, 2])),
    ('regress', BertForSequenceClassification, BertConfig, dict(bert, id2label=one), [9, 6], torch.tensor([0.5, -1.25])),
    ('label', BertForTokenClassification, BertConfig, dict(bert, id2label=names), [9, 6],
     torch.tensor([[-100, 0, 2, -100, 1, 1, 0, 2, -100], [-100, 1, 0, -100, 2, -100, -100, -100, -100]])),
    ('span', BertForQuestionAnswering, BertConfig, dict(bert, id2label=dict(list(names.items())[:2])), [9, 9], torch.tensor([[3, 0], [5, 0]])),
]


def case(task, build, configure, config, lengths, targets):
    # The config turns the keys of id2label into numbers.
    model = fill(build(configure(**{**config, 'id2label': {int(k): v for k, v in config['id2label'].items()}})))
    ids = tokens((2, 9), 38, 700) + 2
    real = torch.arange(9)[None] < torch.tensor(lengths)[:, None]
    ids[~real] = config['pad_token_id']
    types = (torch.arange(9)[None] >= torch.tensor([5, 3])[:, None]).long() * real.long() * (config['type_vocab_size'] - 1)
    asked = dict(input_ids=ids, attention_mask=real.long(), token_type_ids=types)
    if task == 'span':
        run = model(**asked, start_positions=targets[0], end_positions=targets[1])
        logits = torch.cat([run.start_logits, run.end_logits])
    else:
        run = model(**asked, labels=targets.to(torch.float64) if task == 'regress' else targets)
        logits = run.logits if task != 'label' else run.logits[targets >= 0]
    run.loss.backward()
    return dict(config=dict(config, architectures=[build.__name__]), ids=ids.tolist(), types=types.tolist(), lengths=lengths,
                targets=targets.tolist(), logits=packed(logits), loss=run.loss.item(),
                shapes={n: list(p.shape) for n, p in model.named_parameters()},
                gradients={n: packed(p.grad) for n, p in model.named_parameters() if p.grad is not None})


right = [['B-PER', 'I-PER', 'O', 'B-ORG', 'I-ORG', 'O'], ['O', 'B-LOC', 'B-LOC', 'O'], ['I-PER', 'I-PER', 'O', 'B-PER', 'I-ORG']]
said = [['B-PER', 'O', 'O', 'B-ORG', 'I-ORG', 'O'], ['O', 'B-LOC', 'I-LOC', 'O'], ['B-PER', 'I-PER', 'I-PER', 'I-PER', 'I-ORG']]
p, r, f, _ = precision_recall_fscore_support(right, said, average='micro')
by_type = precision_recall_fscore_support(right, said, average=None)
entities = dict(right=right, said=said, scores=[float(x) for x in (p, r, f)], f1=[float(x) for x in by_type[2]],
                support=[int(x) for x in by_type[3]])
save('heads', dict(cases={task: case(task, *rest) for task, *rest in cases}, entities=entities))
