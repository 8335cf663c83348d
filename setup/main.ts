import { execFile, spawn } from 'node:child_process';
import type { Language, Translate } from '../core/language.ts';
import { commandOf, runCommands } from '../runtime/command-line.ts';
import { type OwnProgram, ownInvocation, ownProgram } from '../runtime/own-program.ts';
import { screenOutput } from '../runtime/screen.ts';
import { backupCommand, restoreCommand } from './backup.ts';
import { initCommand } from './init/command.ts';
import { firstLanguage } from './init/first-language.ts';
import { initServerCommand } from './init/init-server.ts';
import { mihomoPlaces } from './init/kernels.ts';
import { nodeSetupHost, nodeTerminal } from './node-host.ts';
import { pairCommand } from './pairing.ts';
import { versionCommand } from './release-feed.ts';
import { serviceCommand } from './service/command.ts';
import { serviceManager } from './service/manager.ts';
import { SERVICES } from './service/service-plan.ts';

/**
 * `flowcollect init`, `pair`, `service`, `version`, `backup` and `restore`.
 *
 * @param argv the command and its arguments
 * @returns the exit code: 0 done, 1 failed or something to fix, 2 bad arguments or settings
 */
export async function run(argv: readonly string[]): Promise<number> {
  const invocation = ownInvocation(process.env, process.argv[1]);
  const own = ownProgram(process.execPath, process.argv[1]);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  const explain = (line: string): void => void process.stderr.write(`${line}\n`);
  const host = nodeSetupHost(invocation, own, nodeTerminal(process.stdin, process.stdout));
  const manager = await serviceManager(host);
  const commandsIn = (translate: Translate, language: Language) => {
    const check = (file: string) => follow(own, ['doctor', '--config', file, '--language', language]);
    const init = initCommand({ host, places: mihomoPlaces(host.machine), check, language });
    return [
      commandOf(
        { ...init, commands: [...init.commands, initServerCommand(host, language, manager !== undefined)] },
        translate,
      ),
      pairCommand({
        makeToken: (owner) => makeToken(own, owner, language),
        print,
        explain,
        language,
        terminal: screenOutput(process.stderr, process.env.TERM),
        color: process.env.NO_COLOR === undefined || process.env.NO_COLOR === '',
        network: host.network,
      }),
      commandOf(serviceCommand({ host, manager, services: SERVICES, print, language }), translate),
      versionCommand(print, translate),
      backupCommand(print, screenOutput(process.stderr, process.env.TERM), translate),
      restoreCommand(print, translate),
    ];
  };
  const first = firstLanguage(argv, host.machine.environment);
  return runCommands(argv, ['ClientSetting.ini', 'ServerSetting.ini'], commandsIn, first);
}

/** Runs a command of FlowCollect on this terminal. @returns whether it ended well */
function follow({ command, args }: OwnProgram, own: readonly string[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args, ...own], { stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (exitCode) => resolve(exitCode === 0));
  });
}

async function makeToken(
  { command, args }: OwnProgram,
  { config, device, user }: { config: string; device: string; user: string | undefined },
  language: Language,
): Promise<string> {
  const owner = user === undefined ? [] : ['--user', user];
  return new Promise((resolve, reject) => {
    execFile(
      command,
      [...args, 'gateway', 'token', 'add', '--device', device, ...owner, '--config', config, '--language', language],
      (error, stdout, stderr) => {
        if (error !== null) return reject(new Error(stderr.trim()));
        process.stderr.write(stderr);
        resolve(stdout.trim());
      },
    );
  });
}
