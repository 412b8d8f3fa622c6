"""Reference numbers for test/golden/{bert,roberta}.json: hidden states, logits at masked places, loss, every gradient, with padding.
Hugging Face's encoders in PyTorch, computed in double precision from weights that a formula gives (model.py).
usage: python test/golden/encoder.py   (torch 2.15, transformers 5.24)
"""
import torch
from model import fill, packed, save, tokens
from transformers import BertConfig, BertForPreTraining, RobertaConfig, RobertaForMaskedLM

LENGTHS = [9, 6]
common = dict(vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=24,
              hidden_act='gelu', layer_norm_eps=1e-5, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
              tie_word_embeddings=True)


def bert():
    """With pooler and masked-LM head; its head of next sentences counts for nothing here."""
    config = dict(common, model_type='bert', max_position_embeddings=12, type_vocab_size=2, pad_token_id=0)
    return config, fill(BertForPreTraining(BertConfig(**config)))


def roberta():
    config = dict(common, model_type='roberta', max_position_embeddings=14, type_vocab_size=1, pad_token_id=1)
    return config, fill(RobertaForMaskedLM(RobertaConfig(**config)))


def file(name, build):
    config, model = build()
    ids = tokens((2, 9), 38, 700) + 2
    real = torch.arange(9)[None] < torch.tensor(LENGTHS)[:, None]
    ids[~real] = config['pad_token_id']
    types = (torch.arange(9)[None] >= torch.tensor([5, 3])[:, None]).long() * (config['type_vocab_size'] - 1)
    targets = torch.full((2, 9), -100)
    places = [(0, 1), (0, 4), (0, 8), (1, 0), (1, 5)]
    for i, (b, t) in enumerate(places):
        targets[b, t] = (7 * i + 3) % 40
    run = model(ids, attention_mask=real.long(), token_type_ids=types, output_hidden_states=True)
    logits = run.prediction_logits if name == 'bert' else run.logits
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
    golden = dict(config=config, ids=ids.tolist(), types=types.tolist(), lengths=LENGTHS, loss=loss.item(),
                  targets=torch.where(targets < 0, -1, targets).tolist(),
                  hidden=[packed(run.hidden_states[-1][b, :n]) for b, n in enumerate(LENGTHS)],
                  logits=packed(torch.stack([logits[place] for place in places])))
    if name == 'bert':
        pooled = model.bert(ids, attention_mask=real.long(), token_type_ids=types).pooler_output
        golden['pooled'] = packed(pooled)
        loss = loss + pooled.square().mean()
        golden['lossWithPooled'] = loss.item()
    loss.backward()
    golden['gradients'] = {n: packed(p.grad) for n, p in model.named_parameters() if p.grad is not None}
    print([n for n, p in model.named_parameters() if p.grad is None])
    golden['shapes'] = {n: list(p.shape) for n, p in model.named_parameters()}
    save(name, golden)


file('bert', bert)
file('roberta', roberta)
