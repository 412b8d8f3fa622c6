/** Ranks that live in one process, as many tasks: a double of MPI for tests, and for trying out. */

import type { Communicator } from './communicator.ts';
import { fail } from './errors.ts';

type Values = Float32Array | Float64Array | Uint8Array;

/** One operation of all ranks: it happens when the last of them has come. */
interface Meeting {
  readonly name: string;
  readonly brought: Values[][];
  readonly done: Promise<void>;
  readonly finish: () => void;
  arrived: number;
}

/** As many communicators as ranks. Sums are made in the order of the ranks: every rank has the same bits. */
export function localRanks(size: number): Communicator[] {
  const meetings = new Map<number, Meeting>();
  const meet = (place: number, rank: number, name: string, brought: Values[], act: Act): Promise<void> => {
    const meeting = meetings.get(place) ?? newMeeting(name, size);
    meetings.set(place, meeting);
    if (meeting.name !== name) throw fail('parallel/order', { rank, came: name, others: meeting.name });
    meeting.brought[rank] = brought;
    if (++meeting.arrived === size) {
      meetings.delete(place);
      act(meeting.brought);
      meeting.finish();
    }
    return meeting.done;
  };
  return Array.from({ length: size }, (_, rank) => {
    let place = 0;
    const take = (name: string, brought: Values[], act: Act) => meet(place++, rank, name, brought, act);
    return {
      rank,
      size,
      allReduce: (values) =>
        take('allReduce', [values], (all) => {
          const sum = sumOf(all.map(([each]) => each));
          for (const [each] of all) each.set(sum);
        }),
      reduceScatter: (values, mine) =>
        take('reduceScatter', [values, mine], (all) => {
          const sum = sumOf(all.map(([each]) => each));
          all.forEach(([, part], r) => {
            part.set(sum.subarray(r * part.length, (r + 1) * part.length));
          });
        }),
      allGather: (mine, values) =>
        take('allGather', [mine, values], (all) => {
          for (const [, whole] of all) {
            all.forEach(([part], r) => {
              whole.set(part, r * part.length);
            });
          }
        }),
      broadcast: (values, from) =>
        take(`broadcast from ${from}`, [values], (all) => {
          for (const [each] of all) each.set(all[from][0]);
        }),
      barrier: () => take('barrier', [], () => {}),
    };
  });
}

type Act = (brought: readonly Values[][]) => void;

function newMeeting(name: string, size: number): Meeting {
  let finish = (): void => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return { name, brought: new Array(size), done, finish, arrived: 0 };
}

function sumOf(all: readonly Values[]): Values {
  const sum = all[0].slice();
  for (const each of all.slice(1)) for (let i = 0; i < sum.length; i++) sum[i] += each[i];
  return sum;
}
