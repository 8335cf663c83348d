import type { SetupHost } from '../host.ts';
import {
  goesOn,
  inTurn,
  type Scope,
  type ServiceManager,
  type ServiceName,
  type ServicePlan,
  saidBy,
  scopeThatIs,
  shellQuoted,
  unitName,
} from './service-plan.ts';
import { TEXTS } from './texts.ts';

/**
 * Manages services on Android by a script that the phone runs when it starts: Magisk and KernelSU run those of `service.d`
 * as root, the app Termux:Boot those of `~/.termux/boot`. The script itself starts the service again whenever it ends.
 *
 * @param folders where scripts of each scope are kept
 */
export function phoneManager(host: SetupHost, folders: Readonly<Record<Scope, string>>): ServiceManager {
  const { run, files, machine } = host;
  const scriptOf = (service: ServiceName, scope: Scope): string =>
    files.absolute(`${unitName(service)}.sh`, folders[scope]);
  const call = (script: string, word: string) => run('sh', [script, word]);

  return {
    async install(plan) {
      if (plan.scope === 'system' && machine.userId !== 0) return { ok: false, lines: [TEXTS.needsRoot] };
      const script = scriptOf(plan.service, plan.scope);
      if ((await files.mode(script)) !== undefined) await call(script, 'stop');
      const environment = ['PATH', 'HOME', 'LD_LIBRARY_PATH'].flatMap((name) => {
        const value = machine.environment(name);
        return value === undefined ? [] : [`export ${name}=${shellQuoted(value)}`];
      });
      await files.install(script, phoneScript(plan, files.folderOf(plan.settings), environment), 0o755);
      const outcome = await inTurn(() => call(script, 'start'));
      if (!outcome.ok) return outcome;
      const isRunning = async () => (await call(script, 'status')).exitCode === 0;
      if (!(await goesOn(host, isRunning))) {
        return { ok: false, lines: [TEXTS.endsAtOnce(script), saidBy((await call(script, 'status')).output)] };
      }
      return { ok: true, lines: [TEXTS.installedScript(script, logIn(files.folderOf(plan.settings), plan.service))] };
    },
    async uninstall(service, scope) {
      const script = scriptOf(service, scope);
      if ((await files.mode(script)) === undefined) return { ok: false, lines: [TEXTS.notInstalled(script)] };
      const outcome = await inTurn(() => call(script, 'stop'));
      await files.remove(script);
      return outcome.ok ? { ok: true, lines: [TEXTS.uninstalled(script)] } : outcome;
    },
    async status(service, asked) {
      const script = scriptOf(service, await scopeThatIs(files, asked, (scope) => scriptOf(service, scope)));
      if ((await files.mode(script)) === undefined) return { ok: false, lines: [TEXTS.notInstalled(script)] };
      const { exitCode, output } = await call(script, 'status');
      return { ok: exitCode === 0, lines: [saidBy(output)] };
    },
  };
}

const logIn = (folder: string, service: ServiceName): string => `${folder}/${unitName(service)}.log`;

/**
 * The script, for any plain shell, that of Android included: without an argument it starts the service and returns.
 *
 * @param folder for its log and the numbers of its processes
 * @param environment lines that make what the program needs, as it was when it was installed
 */
function phoneScript(
  { service, program, settings }: ServicePlan,
  folder: string,
  environment: readonly string[],
): string {
  const name = unitName(service);
  const command = [program.command, ...program.args, service, '--config', settings].map(shellQuoted).join(' ');
  return `#!/system/bin/sh
# Written by "flowcollect service install"; the phone runs it when it starts.
${environment.join('\n')}
SUPERVISOR=${shellQuoted(`${folder}/${name}.supervisor`)}
CHILD=${shellQuoted(`${folder}/${name}.child`)}
LOG=${shellQuoted(logIn(folder, service))}

# Whether the process of a file runs, as $pid: numbers of processes come again.
runs() {
	pid=$(cat "$1" 2>/dev/null) && [ -n "$pid" ] && grep -q ${shellQuoted(name)} "/proc/$pid/environ" 2>/dev/null
}

supervise() {
	export FLOWCOLLECT_SERVICE=${name}
	# Only what is started from here on has that in its environment.
	exec sh "$0" loop
}

loop() {
	echo $$ >"$SUPERVISOR"
	umask 077
	trap '' HUP
	trap 'kill "$child" 2>/dev/null; wait "$child"; rm -f "$SUPERVISOR" "$CHILD"; exit 0' TERM
	# With the screen off Android stops the processor but for who holds this.
	command -v termux-wake-lock >/dev/null && termux-wake-lock
	# Files of apps can be read once the phone was unlocked.
	until [ -x ${shellQuoted(program.command)} ] && [ -r ${shellQuoted(settings)} ]; do
		sleep 5
	done
	while true; do
		# One log of bounded size: what was is moved aside at each start.
		[ -f "$LOG" ] && mv "$LOG" "$LOG.1"
		${command} >"$LOG" 2>&1 &
		child=$!
		echo "$child" >"$CHILD"
		wait "$child"
		sleep 5 &
		child=$!
		wait "$child"
	done
}

stop() {
	runs "$SUPERVISOR" || return 0
	kill "$pid"
	# A stop takes a last frame and pushes it.
	for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
		runs "$SUPERVISOR" || return 0
		sleep 1
	done
	return 1
}

case "\${1:-start}" in
start) runs "$SUPERVISOR" || supervise </dev/null >/dev/null 2>&1 & ;;
loop) loop ;;
stop) stop ;;
status)
	runs "$CHILD" && running=0 || running=1
	tail -n 5 "$LOG" 2>/dev/null
	exit $running
	;;
esac
`;
}
