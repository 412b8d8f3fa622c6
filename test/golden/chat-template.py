"""Writes chat-template.json (beside this file): conversations as transformers' apply_chat_template writes them.

    python test/golden/chat-template.py

Made with transformers 5.24. The templates are minimal forms of the families that they are named after.
"""

import json
import tempfile
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

TEMPLATES = {
    "chatml": {
        "special": ["<|im_start|>", "<|im_end|>", "<|endoftext|>"],
        "eos": "<|im_end|>",
        "template": """{%- for message in messages %}
    {%- if loop.first and message.role != 'system' %}
        {{- '<|im_start|>system\\nYou are a poet.<|im_end|>\\n' }}
    {%- endif %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
""",
    },
    "headers": {
        "special": ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
        "bos": "<|begin_of_text|>",
        "eos": "<|eot_id|>",
        "template": """{{ bos_token }}{% for message in messages %}
<|start_header_id|>{{ message['role'] }}<|end_header_id|>

{{ message['content'] | trim }}<|eot_id|>
{%- endfor %}
{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>

{% endif %}""",
    },
    "instructions": {
        "special": ["<s>", "</s>"],
        "bos": "<s>",
        "eos": "</s>",
        "template": """{%- if messages[0]['role'] == 'system' %}
    {%- set system = messages[0]['content'] %}
    {%- set turns = messages[1:] %}
{%- else %}
    {%- set turns = messages %}
{%- endif %}
{{- bos_token }}
{%- for message in turns %}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{- raise_exception('the roles must alternate user/assistant') }}
    {%- endif %}
    {%- if message['role'] == 'user' %}
        {%- if loop.last and system is defined %}
            {{- ' [INST] ' + system + '\\n\\n' + message['content'] + ' [/INST]' }}
        {%- else %}
            {{- ' [INST] ' + message['content'] + ' [/INST]' }}
        {%- endif %}
    {%- else %}
        {{- ' ' + message['content'].strip() + eos_token }}
    {%- endif %}
{%- endfor %}""",
    },
    "bars": {
        "special": ["<|user|>", "<|assistant|>", "<|system|>", "<|end|>", "<|endoftext|>"],
        "eos": "<|endoftext|>",
        "template": "{% for message in messages %}{{ '<|' + message['role'] + '|>\\n' + message['content'] + '<|end|>\\n' }}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos_token }}{% endif %}",
    },
    "turns": {
        "special": ["<bos>", "<start_of_turn>", "<end_of_turn>"],
        "bos": "<bos>",
        "template": """{{ bos_token }}
{%- macro text(content) -%}
    {%- if content is string -%}{{ content | trim }}
    {%- else -%}{%- for part in content if part.type == 'text' -%}{{ part.text | trim }}{%- endfor -%}{%- endif -%}
{%- endmacro -%}
{%- for message in messages -%}
    {%- set role = 'model' if message.role == 'assistant' else message.role -%}
    {{ '<start_of_turn>' ~ role }}
{{ text(message.content) }}{{ '<end_of_turn>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<start_of_turn>model\\n' }}{%- endif -%}""",
    },
    "tools": {
        "special": ["<|im_start|>", "<|im_end|>"],
        "plain": ["<tool_call>", "</tool_call>", "<think>", "</think>"],
        "eos": "<|im_end|>",
        "template": """{%- if tools %}
    {{- '<|im_start|>system\\n# Tools\\n<tools>' }}
    {%- for tool in tools %}
        {{- '\\n' }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- '\\n</tools><|im_end|>\\n' }}
{%- endif %}
{%- set ns = namespace(last=-1) %}
{%- for message in messages %}
    {%- if message.role == 'user' and not message.content.startswith('<tool_response>') %}
        {%- set ns.last = loop.index0 %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.role == 'assistant' %}
        {%- set content = message.content or '' %}
        {%- if '</think>' in content and loop.index0 < ns.last %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {{- '<|im_start|>assistant\\n' + content }}
        {%- for call in message.tool_calls or [] %}
            {{- '\\n<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' }}
            {{- call.function.arguments if call.function.arguments is string else call.function.arguments | tojson }}
            {{- '}\\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == 'tool' %}
        {%- if loop.previtem.role != 'tool' %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' + message.content + '\\n</tool_response>' }}
        {%- if loop.last or loop.nextitem.role != 'tool' %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- else %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}""",
    },
}

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "天气 & \"today's\" <b>",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}},
    },
}
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": {"city": "长安", "days": 3}}}

CHATS = [
    {"messages": [{"role": "user", "content": "床前明月光"}]},
    {
        "messages": [
            {"role": "system", "content": "  Be brief.\n"},
            {"role": "user", "content": "Hello <there>, [INST] & 'you' {{ 1 + 1 }} {% if %}"},
            {"role": "assistant", "content": " <think>\nwell\n</think>\n\nHi! 🙂 \n"},
            {"role": "user", "content": "\n\n再来一句。 "},
        ]
    },
    {
        "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}],
        "add_generation_prompt": False,
    },
    {"messages": [{"role": "user", "content": "one"}, {"role": "user", "content": "two"}]},
]
TOOL_CHATS = [
    {
        "messages": [
            {"role": "user", "content": "长安?"},
            {"role": "assistant", "content": None, "tool_calls": [CALL, CALL]},
            {"role": "tool", "content": '{"sky": "晴"}'},
            {"role": "tool", "content": "12"},
        ],
        "tools": [WEATHER],
    },
    {"messages": [{"role": "user", "content": "x"}], "variables": {"enable_thinking": False}},
]
PART_CHATS = [
    {"messages": [{"role": "user", "content": [{"type": "text", "text": " 春 "}, {"type": "text", "text": "眠"}]}]}
]


def tokenizer_for(row):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=row["special"], show_progress=False
    )
    tokenizer.train_from_iterator(["user assistant system the tool_call im_end end_of_turn 床前明月光"] * 4, trainer)
    tokenizer.add_tokens([AddedToken(name, normalized=False, special=False) for name in row.get("plain", [])])
    names = {f"{kind}_token": row[kind] for kind in ("bos", "eos") if kind in row}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)
    fast.chat_template = row["template"]
    return fast, tokenizer.to_str(), names


def render(fast, chat):
    options = {"add_generation_prompt": chat.get("add_generation_prompt", True), **chat.get("variables", {})}
    try:
        text = fast.apply_chat_template(chat["messages"], tools=chat.get("tools"), tokenize=False, **options)
    except Exception as error:  # noqa: BLE001
        return {"error": str(error)}
    return {"text": text, "ids": fast(text, add_special_tokens=False)["input_ids"]}


golden = []
for name, row in TEMPLATES.items():
    fast, file, tokens = tokenizer_for(row)
    chats = CHATS + (TOOL_CHATS if name == "tools" else []) + (PART_CHATS if name == "turns" else [])
    rows = [{"chat": chat, **render(fast, chat)} for chat in chats]
    golden.append({"name": name, "template": row["template"], "tokens": tokens, "tokenizer": file, "rows": rows})

path = Path(__file__).with_name("chat-template.json")
path.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf8")
print(f"{path.name}: {path.stat().st_size} bytes")
