"""Reference numbers for test/golden/encoder-decoder.json: logits, loss (plain and with smoothed labels), every gradient, with padded
sources; what greedy and beam search write. Hugging Face's T5 (ReLU and tied, gated with a head of its own) and Marian in PyTorch,
computed in double precision from weights that a formula gives (model.py).
usage: python test/golden/encoder-decoder.py   (torch 2.15, transformers 5.23)
"""
import numpy as np, torch
from model import packed, pseudo, save, tokens
from transformers import MarianConfig, MarianMTModel, T5Config, T5ForConditionalGeneration

LENGTHS = [7, 4]
VOCAB = 30


def fill(model, skip='embed_positions'):
    """As in model.py; matrices four times as large, so that what is written differs from step to step. The order is kept, with its numbers."""
    with torch.no_grad():
        named = sorted((n, p) for n, p in model.named_parameters() if skip not in n)
        for i, (name, p) in enumerate(named):
            scale, shift = (2, 0) if p.dim() == 2 else (0.4, 1) if name.endswith('weight') else (0.2, 0)
            p.copy_(torch.from_numpy((pseudo(i, p.numel()) * scale + shift).astype(np.float32)).view_as(p))
    return model.double()


T5 = dict(model_type='t5', vocab_size=VOCAB, d_model=8, d_kv=3, d_ff=12, num_layers=2, num_decoder_layers=1, num_heads=2,
          relative_attention_num_buckets=8, relative_attention_max_distance=12, dropout_rate=0.0, layer_norm_epsilon=1e-6,
          pad_token_id=0, eos_token_id=1, decoder_start_token_id=0)


def t5():
    config = dict(T5, feed_forward_proj='relu', tie_word_embeddings=True)
    return config, fill(T5ForConditionalGeneration(T5Config(**config)))


def t5_gated():
    """As T5 1.1 stands in its files: nothing is scaled, and the head has numbers of its own."""
    config = dict(T5, num_layers=2, num_decoder_layers=2, feed_forward_proj='gated-gelu', tie_word_embeddings=False)
    model = T5ForConditionalGeneration(T5Config(**config))
    model.lm_head.weight = torch.nn.Parameter(torch.empty(VOCAB, 8))
    return config, fill(model)


def marian():
    config = dict(model_type='marian', vocab_size=VOCAB, decoder_vocab_size=VOCAB, max_position_embeddings=16, d_model=8,
                  encoder_layers=2, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=12,
                  decoder_ffn_dim=12, activation_function='swish', scale_embedding=True, dropout=0.0, pad_token_id=29,
                  decoder_start_token_id=29, eos_token_id=0, tie_word_embeddings=True, share_encoder_decoder_embeddings=True)
    model = fill(MarianMTModel(MarianConfig(**config, forced_eos_token_id=None)))
    model.final_logits_bias = torch.from_numpy(pseudo(99, VOCAB).astype(np.float32)).double().view(1, VOCAB)
    return config, model


def case(build):
    config, model = build()
    model.eval()
    source = tokens((2, 7), VOCAB - 3, 800) + 2
    real = torch.arange(7)[None] < torch.tensor(LENGTHS)[:, None]
    source[~real] = config['pad_token_id']
    target = tokens((2, 6), VOCAB - 3, 900) + 2
    start = torch.full((2, 1), config['decoder_start_token_id'])
    ids = torch.cat([start, target[:, :-1]], 1)
    target[1, 4:] = -100
    logits = model(input_ids=source, attention_mask=real.long(), decoder_input_ids=ids).logits
    losses = [torch.nn.functional.cross_entropy(logits.flatten(0, 1), target.flatten(), label_smoothing=s) for s in (0, 0.1)]
    losses[0].backward()
    named = {n: p for n, p in model.named_parameters() if 'embed_positions' not in n}
    written = {}
    for name, beams in dict(greedy=1, beam=4).items():
        written[name] = []
        for row, length in zip(source, LENGTHS):
            out = model.generate(input_ids=row[None, :length], num_beams=beams, do_sample=False, max_new_tokens=8,
                                 early_stopping=False, length_penalty=1.0)
            written[name].append([i for i in out[0, 1:].tolist() if i != config['eos_token_id'] and i != config['pad_token_id']])
    print(config['model_type'], [x.item() for x in losses], written)
    return dict(config=config, source=source.tolist(), lengths=LENGTHS, ids=ids.tolist(),
                targets=torch.where(target < 0, -1, target).tolist(), loss=losses[0].item(), smoothed=losses[1].item(),
                logits=packed(logits), written=written, shapes={n: list(p.shape) for n, p in named.items()},
                gradients={n: packed(p.grad) for n, p in named.items()},
                **(dict(bias=packed(model.final_logits_bias)) if config['model_type'] == 'marian' else {}))


save('encoder-decoder', dict(t5=case(t5), t5Gated=case(t5_gated), marian=case(marian)))
