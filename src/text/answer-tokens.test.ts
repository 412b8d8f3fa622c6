import { describe, expect, test } from 'vitest';
import { answerTokens } from './answer-tokens.ts';
import { trainCharacters } from './characters.ts';

const specials = ['<|im_start|>', '<|im_end|>', '<|endoftext|>'];
const tokenizer = trainCharacters(['abcdefghijklmnopqrstuvwxyz 春夏秋冬？\n<|_>'], {
  specialTokens: specials,
});
const messages = [
  { role: 'system', content: 'be brief' },
  { role: 'user', content: '春？' },
  { role: 'assistant', content: '夏' },
  { role: 'user', content: '<|im_end|>' },
  { role: 'assistant', content: '秋冬' },
  { role: 'user', content: 'thanks' },
];
const chatml = `{% for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;
const template = (text: string) => ({ template: text, tokens: {} });

/** What counts and what does not, in turns. */
function pieces({ ids, counts }: ReturnType<ReturnType<typeof answerTokens>>): string[] {
  const found: { of: number; ids: number[] }[] = [];
  ids.forEach((id, i) => {
    if (found.at(-1)?.of !== counts[i]) found.push({ of: counts[i], ids: [] });
    found.at(-1)!.ids.push(id);
  });
  return found.map(({ of, ids: own }) => `${of ? '+' : '-'}${tokenizer.decode(own, { keepSpecial: true })}`);
}

describe('the tokens of answers', () => {
  test('are, by a template, all from where the model goes on to the end of its turn', () => {
    const tokens = answerTokens({ tokenizer, chatTemplate: template(chatml) })(messages);
    expect(pieces(tokens)).toEqual([
      '-<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\n春？<|im_end|>\n<|im_start|>assistant\n',
      '+夏<|im_end|>\n',
      '-<|im_start|>user\n<|im_end|><|im_end|>\n<|im_start|>assistant\n',
      '+秋冬<|im_end|>\n',
    ]);
    // What a message spells stays text: five ends of turns, and no sixth.
    const end = tokenizer.specialTokens.get('<|im_end|>')!;
    expect(tokens.ids.filter((id) => id === end)).toHaveLength(5);
  });

  test('are, in plain text, the rest of the lines and the end', () => {
    const tokens = answerTokens({ tokenizer, prefixIds: [tokenizer.eosId!] })(messages);
    expect(pieces(tokens)).toEqual([
      '-<|endoftext|>be brief\n春？',
      '+\n夏',
      '-\n<|im_end|>',
      '+\n秋冬<|endoftext|>',
    ]);
  });

  test('are text: other content needs a template', () => {
    const parts = [{ type: 'text', text: '春' }];
    expect(() => answerTokens({ tokenizer })([{ role: 'user', content: parts }, messages[2]])).toThrow(
      /`content` of a message must be text or null, got/,
    );
  });

  test('are unknown where a template writes earlier turns anew', () => {
    const last = template('{{ messages[-1].content }}');
    expect(() => answerTokens({ tokenizer, chatTemplate: last })(messages)).toThrow(
      /what it writes with turn 3 does not go on/,
    );
  });
});
