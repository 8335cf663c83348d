import { ownCommand, ownInvocation } from '../runtime/own-program.ts';
import { dispatch, type Service } from './commands.ts';
import { endBySignals } from './first-process.ts';

endBySignals();
process.exitCode = await dispatch(
  process.argv.slice(2),
  async (bundle) => (await import(new URL(`./${bundle}.mjs`, import.meta.url).href)) as Service,
  ownCommand(ownInvocation(process.env, process.argv[1])),
);
