/** A video in, what it shows and what is said in it out: along its time, and summed up. */

import { Button, FileInput, NumberInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { request } from '../../api/client.ts';
import { Failure, Notice, Waiting } from '../../parts/states.tsx';
import { Icon } from '../../shell/icons.tsx';
import { useWords } from '../../words.ts';
import classes from './tasks.module.css';
import { tasksWords } from './words.ts';

interface Stretch {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

interface VideoAnswer {
  readonly duration: number;
  readonly frames: number;
  readonly cut_at: number | null;
  readonly timeline: readonly (Stretch & { readonly kind: 'seen' | 'said' })[];
  readonly citations: readonly Stretch[];
}

/** `2:03`. */
const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds) % 60).padStart(2, '0')}`;
const spanOf = ({ start, end }: Stretch): string => `${clock(start)}–${clock(end)}`;

const EVERY = 5;

export function VideoDesk() {
  const say = useWords(tasksWords);
  const [file, setFile] = useState<File | null>(null);
  const [every, setEvery] = useState(EVERY);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const asked = useMutation({
    async mutationFn(video: File) {
      const controller = new AbortController();
      running.current = controller;
      const form = new FormData();
      form.set('file', video);
      form.set('every', String(every));
      const { signal } = controller;
      return request<VideoAnswer>('/v1/video/descriptions', { method: 'POST', form, signal }).catch(
        (error: unknown) => {
          if (signal.aborted) return undefined;
          throw error;
        },
      );
    },
  });
  return (
    <div className={classes.desk}>
      <div className={classes.main}>
        <FileInput
          label={say.videoFile}
          placeholder={say.videoChoose}
          accept="video/*,audio/*"
          value={file}
          onChange={setFile}
        />
        <div className={classes.buttons}>
          {asked.isPending ? (
            <Button onClick={() => running.current?.abort()} leftSection={<Icon name="stop" size={16} />}>
              {say.stop}
            </Button>
          ) : (
            <Button
              disabled={!file}
              onClick={() => file && asked.mutate(file)}
              leftSection={<Icon name="play" size={16} />}
            >
              {say.describe}
            </Button>
          )}
        </div>
        <section className={classes.result} aria-label={say.result} aria-busy={asked.isPending}>
          {asked.isIdle && (
            <Notice title={say.empty}>
              <p>{say.videoHow}</p>
            </Notice>
          )}
          {asked.isPending && <Waiting label={say.working} />}
          {asked.error && <Failure error={asked.error} />}
          {asked.isSuccess &&
            (asked.data ? (
              <VideoView answer={asked.data} />
            ) : (
              <p className={classes.quiet}>{say.stoppedEmpty}</p>
            ))}
        </section>
      </div>
      <aside className={classes.settings}>
        <NumberInput
          label={say.every}
          min={0.1}
          max={3600}
          value={every}
          onChange={(next) => typeof next === 'number' && setEvery(next)}
        />
      </aside>
    </div>
  );
}

function VideoView({ answer: { frames, cut_at, timeline, citations } }: { readonly answer: VideoAnswer }) {
  const say = useWords(tasksWords);
  return (
    <>
      <h2>{say.summary}</h2>
      <ul>
        {citations.map((one) => (
          <li key={`${one.start} ${one.text}`}>
            [{spanOf(one)}] {one.text}
          </li>
        ))}
      </ul>
      <h2>{say.timeline}</h2>
      <ol>
        {timeline.map((one) => (
          <li key={`${one.kind} ${one.start} ${one.text}`}>
            {spanOf(one)} {one.kind === 'said' ? `“${one.text}”` : one.text}
          </li>
        ))}
      </ol>
      <p className={classes.quiet}>{say.framesSeen(frames)}</p>
      {cut_at !== null && <p className={classes.quiet}>{say.cutAt(clock(cut_at))}</p>}
    </>
  );
}
