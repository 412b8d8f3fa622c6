/** What can go wrong when several ranks train one model. */

import { defineErrors } from '../errors.ts';

export const fail = defineErrors({
  'parallel/no-binding': {
    en: (d: { reason: 'missing' | 'unloadable'; detail: string }) =>
      `MPI: this is one of several ranks, and the binding to MPI ${d.reason === 'missing' ? 'was not built' : `does not load (${d.detail})`}; install MPI (Debian, Ubuntu: apt-get install openmpi-bin libopenmpi-dev), then run: node native/build.mjs`,
    zh: (d) =>
      `MPI：这是多个进程之一，而 MPI 绑定${d.reason === 'missing' ? '没有编译' : `无法加载（${d.detail}）`}；请安装 MPI（Debian、Ubuntu：apt-get install openmpi-bin libopenmpi-dev），再运行：node native/build.mjs`,
  },
  'parallel/other-mpi': {
    en: (d: { size: number; started: number; library: string }) =>
      `MPI: ${d.started} ranks were started, and ${d.library} knows ${d.size}; start them with the mpirun of the same MPI`,
    zh: (d) =>
      `MPI：启动了 ${d.started} 个进程，而 ${d.library} 只知道 ${d.size} 个；请用同一 MPI 的 mpirun 启动`,
  },
  'parallel/mpi': {
    en: (d: { operation: string; reason: string }) =>
      `MPI: ${d.operation} failed (${d.reason}); another rank may be gone: run the same command again, it goes on from the last checkpoint`,
    zh: (d) =>
      `MPI：${d.operation} 失败（${d.reason}）；可能有别的进程已经消失：再次运行同一命令，即从最近的检查点继续`,
  },
  'parallel/lost': {
    en: (d: { rank: number; operation: string; seconds: number; isStopped: boolean }) =>
      `rank ${d.rank}: the other ranks did not answer within ${d.seconds} s${d.isStopped ? ' after it was told to stop' : ''} (${d.operation}), one may be gone; run the same command again, with any number of ranks: it goes on from the last checkpoint`,
    zh: (d) =>
      `进程 ${d.rank}：其他进程在${d.isStopped ? '收到停止信号后' : ''} ${d.seconds} 秒内没有应答（${d.operation}），可能有进程已经消失；再次运行同一命令（进程数可以不同），即从最近的检查点继续`,
  },
  'parallel/unlike': {
    en: (d: { rank: number; differing: readonly string[] }) =>
      `rank ${d.rank}: must be given what rank 0 was, and differs (${d.differing.join('; ')}); give every machine the same text and the same folder of the run`,
    zh: (d) =>
      `进程 ${d.rank}：所得必须与进程 0 相同，却有差别（${d.differing.join('；')}）；请让每台机器有同样的文本与训练目录`,
  },
  'parallel/rows': {
    en: (d: { rows: number; ranks: number }) =>
      `parallel: each rank must have a row of every batch, got ${d.rows} rows for ${d.ranks} ranks; a larger --batch-size, or fewer ranks`,
    zh: (d) =>
      `并行：每个进程须分得每批中的至少一行，得到 ${d.rows} 行、${d.ranks} 个进程；请增大 --batch-size 或减少进程`,
  },
  'parallel/order': {
    en: (d: { rank: number; came: string; others: string }) =>
      `ranks: all must do the same in the same order, rank ${d.rank} came with ${d.came}, others with ${d.others}`,
    zh: (d) => `进程：各进程须按同样的顺序做同样的事，进程 ${d.rank} 做 ${d.came}，别的做 ${d.others}`,
  },
});
