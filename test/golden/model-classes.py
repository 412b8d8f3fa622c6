"""Reference numbers for test/golden/model-{gemma,parallel}.json: logits, loss and every gradient of the Gemma class, of parallel blocks
(GPT-NeoX, Falcon) and of GPT-1, with the tokens that Hugging Face's greedy search writes. Computed in double precision, from weights
by the formula of model.py.
usage: python test/golden/model-classes.py   (torch 2.15, transformers 5.24)
"""
import torch
import transformers
from model import fill, loss_of, packed, save, tokens

GEMMA = dict(vocab_size=40, max_position_embeddings=32, hidden_size=16, num_attention_heads=4, num_key_value_heads=2, head_dim=6,
             intermediate_size=24, rms_norm_eps=1e-6, tie_word_embeddings=True, attention_bias=False)
LOCAL, GLOBAL = 'sliding_attention', 'full_attention'

gemma = dict(
    gemma=('Gemma', dict(GEMMA, model_type='gemma', num_hidden_layers=2, hidden_act='gelu_pytorch_tanh', rope_theta=10000.0)),
    gemma2=('Gemma2', dict(GEMMA, model_type='gemma2', num_hidden_layers=2, hidden_activation='gelu_pytorch_tanh', rope_theta=10000.0,
                           query_pre_attn_scalar=10, sliding_window=4, attn_logit_softcapping=1.5, final_logit_softcapping=3.0,
                           layer_types=[LOCAL, GLOBAL])),
    gemma3_text=('Gemma3Text', dict(GEMMA, model_type='gemma3_text', num_key_value_heads=1, num_hidden_layers=3,
                                    hidden_activation='gelu_pytorch_tanh', query_pre_attn_scalar=10, sliding_window=4,
                                    attn_logit_softcapping=None, final_logit_softcapping=None, layer_types=[LOCAL, LOCAL, GLOBAL],
                                    rope_parameters={GLOBAL: dict(rope_type='linear', factor=4.0, rope_theta=1000000.0),
                                                     LOCAL: dict(rope_type='default', rope_theta=10000.0)})),
)

NEOX = dict(model_type='gpt_neox', vocab_size=40, max_position_embeddings=32, hidden_size=16, num_hidden_layers=2,
            num_attention_heads=2, intermediate_size=24, hidden_act='gelu', layer_norm_eps=1e-5, rotary_pct=0.25,
            rotary_emb_base=10000, attention_bias=True, use_parallel_residual=True, hidden_dropout=0.0, attention_dropout=0.0,
            tie_word_embeddings=False)
FALCON = dict(model_type='falcon', vocab_size=40, max_position_embeddings=32, hidden_size=16, num_hidden_layers=2,
              num_attention_heads=4, ffn_hidden_size=24, activation='gelu', alibi=False, layer_norm_epsilon=1e-5, rope_theta=10000.0,
              hidden_dropout=0.0, attention_dropout=0.0, tie_word_embeddings=True)
parallel = {
    'gpt_neox': ('GPTNeoX', NEOX),
    'falcon-7b': ('Falcon', dict(FALCON, num_kv_heads=1, multi_query=True, new_decoder_architecture=False, parallel_attn=True, bias=False)),
    'falcon-40b': ('Falcon', dict(FALCON, num_kv_heads=2, multi_query=False, new_decoder_architecture=True, parallel_attn=True, bias=True,
                                  num_ln_in_parallel_attn=2)),
    'openai-gpt': ('OpenAIGPT', dict(model_type='openai-gpt', vocab_size=40, n_positions=32, n_embd=16, n_layer=2, n_head=4, afn='gelu',
                                     layer_norm_epsilon=1e-5, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, tie_word_embeddings=True)),
}
HEADS = dict(Gemma3Text='Gemma3ForCausalLM', OpenAIGPT='OpenAIGPTLMHeadModel')


def golden(kind, config):
    settings = getattr(transformers, f'{kind}Config')(**{k: v for k, v in config.items() if k != 'model_type'},
                                                      pad_token_id=None, bos_token_id=None, eos_token_id=None)
    settings._attn_implementation = 'eager'
    model = fill(getattr(transformers, HEADS.get(kind, f'{kind}ForCausalLM'))(settings)).eval()
    rows = tokens((2, 9), 40, 500)
    ids, targets = rows[:, :-1], rows[:, 1:]
    logits, loss = loss_of(model, ids, targets)
    loss.backward()
    prompt = ids[:1, :5]
    written = model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=20)
    # In files, GPT-NeoX calls its head as it always did.
    on_disk = lambda name: 'embed_out.weight' if kind == 'GPTNeoX' and name == 'lm_head.weight' else name
    parameters = sorted(model.named_parameters())
    return dict(config=config, ids=ids.tolist(), targets=targets.tolist(), loss=loss.item(), logits=packed(logits),
                parameters=[[on_disk(n), list(p.shape)] for n, p in parameters],
                gradients={on_disk(n): packed(p.grad) for n, p in parameters}, written=written[0].tolist())


save('model-gemma', {name: golden(*of) for name, of in gemma.items()})
save('model-parallel', {name: golden(*of) for name, of in parallel.items()})
