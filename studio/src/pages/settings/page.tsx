/** How programs call the models that are served here. */

import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { request } from '../../api/client.ts';
import { modelsQuery } from '../../api/queries.ts';
import { refresh } from '../../api/tabs.ts';
import type { Model } from '../../api/types.ts';
import { CommandLine } from '../../parts/command-line.tsx';
import { recall, remember } from '../../parts/memory.ts';
import { shortNumber } from '../../parts/numbers.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { shellWord } from '../../parts/shell-word.ts';
import { Failure, useErrorText } from '../../parts/states.tsx';
import { SIGNED_IN } from '../../shell/sign-in.tsx';
import { useWords } from '../../words.ts';
import classes from './settings.module.css';
import { settingsWords } from './words.ts';

export function SettingsPage() {
  const say = useWords(settingsWords);
  const { data: models = [], error } = useQuery(modelsQuery);
  const base = `${location.origin}/v1`;
  const model = models.find(({ work }) => work === 'write')?.id ?? 'MODEL';
  const signOut = useMutation({
    mutationFn: () => request('/api/session', { method: 'DELETE' }),
    onSuccess() {
      remember(SIGNED_IN, '');
      location.assign('/');
    },
  });
  return (
    <>
      <PageHead title={say.title} lead={say.lead}>
        {recall(SIGNED_IN) && (
          <Button variant="default" onClick={() => signOut.mutate()}>
            {say.signOut}
          </Button>
        )}
      </PageHead>
      {error && <Failure error={error} />}
      <div className={classes.page}>
        <CommandLine label={say.address} command={base} />
        <section>
          <h2>{say.models}</h2>
          {models.length === 0 && <p className={classes.quiet}>{say.none}</p>}
          <ul className={classes.models}>
            {models.map((one) => (
              <ServedModel key={one.id} model={one} />
            ))}
          </ul>
        </section>
        <section className={classes.snippets}>
          <p className={classes.quiet}>{say.key}</p>
          <CommandLine label={say.curl} command={curl(base, model)} />
          <CommandLine label={say.javascript} command={javascript(base, model)} />
          <CommandLine label={say.python} command={python(base, model)} />
        </section>
        <section>
          <h2>{say.ours}</h2>
          <p className={classes.quiet}>{say.oursHow}</p>
          <a className={classes.link} href="/openapi.json">
            {say.document}
          </a>
        </section>
        <section>
          <h2>{say.keys}</h2>
          <p className={classes.quiet}>{say.keysHow}</p>
        </section>
      </div>
    </>
  );
}

function ServedModel({ model }: { readonly model: Model }) {
  const say = useWords(settingsWords);
  const textOf = useErrorText();
  const queries = useQueryClient();
  const unload = useMutation({
    mutationFn: () => request(`/api/models/${encodeURIComponent(model.id)}`, { method: 'DELETE' }),
    onSettled: () => refresh(queries, modelsQuery.queryKey),
  });
  return (
    <li>
      <strong>{model.id}</strong>
      <span>{model.isReady ? say.ready : say.starting}</span>
      {model.run && <span>{shortNumber(model.run.parameters)}</span>}
      {model.contextLength && <span>{say.context(String(model.contextLength))}</span>}
      {model.vocabSize && <span>{say.vocabulary(String(model.vocabSize))}</span>}
      {model.host && <span>{model.host}</span>}
      {unload.error && <span role="alert">{textOf(unload.error)}</span>}
      <Button size="compact-sm" variant="default" loading={unload.isPending} onClick={() => unload.mutate()}>
        {say.unload}
      </Button>
    </li>
  );
}

function curl(base: string, model: string): string {
  const body = JSON.stringify({ model, prompt: '春', max_tokens: 60, strategy: 'top-p:0.9', guard: true });
  return `curl ${base}/completions \\
  -H 'content-type: application/json' -H 'authorization: Bearer sk-none' \\
  -d ${shellWord(body)}`;
}

const javascript = (base: string, model: string): string => `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: ${JSON.stringify(base)}, apiKey: 'sk-none' });
const stream = await client.completions.create({
  model: ${JSON.stringify(model)}, prompt: '春', max_tokens: 60, stream: true,
});
for await (const { choices } of stream) process.stdout.write(choices[0].text);`;

const python = (base: string, model: string): string => `from openai import OpenAI

client = OpenAI(base_url=${JSON.stringify(base)}, api_key="sk-none")
stream = client.completions.create(
    model=${JSON.stringify(model)}, prompt="春", max_tokens=60, stream=True,
)
for chunk in stream:
    print(chunk.choices[0].text, end="", flush=True)`;
