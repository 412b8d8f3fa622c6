/** The command line as a process that another one starts: `node main-process.js train …`. */

import { main } from './main.ts';

process.exitCode = await main(process.argv.slice(2));
