import { VERSION } from '../core/version.ts';

/** Which bundle answers a command; each bundle exports `run(argv)`, whose result is the exit code. */
export const BUNDLE_OF_COMMAND: Readonly<Record<string, string>> = {
  exporter: 'exporter',
  replay: 'exporter',
  doctor: 'exporter',
  gateway: 'gateway',
  auditor: 'auditor',
  audit: 'auditor',
  airport: 'auditor',
  mail: 'auditor',
  telegram: 'auditor',
  init: 'setup',
  pair: 'setup',
  service: 'setup',
  version: 'setup',
  backup: 'setup',
  restore: 'setup',
  stack: 'stack',
  simulator: 'simulator',
  config: 'render',
  users: 'render',
};

const USAGE = `flowcollect ${VERSION}

Usage: flowcollect <command> [options]

Commands:
  exporter   account one device's kernel and push its counters
  replay     run a recorded stream through the ledger and print the counters
  doctor     check a device's settings, kernel and gateway
  gateway    the authenticated door in front of Pushgateway
  auditor    read the airports, audit, report at 23:55
  audit      one audit, now
  airport    explain a Subscription-Userinfo header or a node's multiplier
  mail       check that reports can be mailed
  telegram   make a code that binds a chat to a user of the bot
  init       make a settings file for a device, a VPS or a router, and test it
  pair       on the VPS: make a token for a device, as one line to run there
  service    run a service in the background, from the start of the machine
  backup     pack the settings and data of a VPS into one file
  restore    bring back what a backup holds
  stack      start the whole system on this machine
  simulator  a kernel, an airport, a mailbox and a Bot API on loopback, to try things with
  config     write the configuration of Prometheus, Alertmanager and Grafana
  users      give each user an organisation in Grafana that sees theirs alone
  version    print the version; --check asks whether there is a newer one

Every command has --help. Exit codes: 0 done, 1 failed, 2 bad arguments or settings.`;

/** What a bundle exports. */
export interface Service {
  run(argv: readonly string[]): Promise<number>;
}

/**
 * Hands a command to the bundle that answers it.
 *
 * @param argv arguments without the program
 * @param load gives a bundle by name
 * @returns exit code
 */
export async function dispatch(argv: readonly string[], load: (bundle: string) => Promise<Service>): Promise<number> {
  const command = argv[0];
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
    console.log(USAGE);
    return command === undefined ? 2 : 0;
  }
  // Without options it needs no bundle, and asks nobody.
  if (command === '--version' || (command === 'version' && argv.length === 1)) {
    console.log(VERSION);
    return 0;
  }
  const bundle = Object.hasOwn(BUNDLE_OF_COMMAND, command) ? BUNDLE_OF_COMMAND[command] : undefined;
  if (bundle === undefined) {
    console.error(`flowcollect: unknown command "${command}"; "flowcollect --help" lists them`);
    return 2;
  }
  return (await load(bundle)).run(argv);
}
