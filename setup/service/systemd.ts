import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Text } from '../../core/language.ts';
import {
  type RunTool,
  type ServiceKeeper,
  type ServiceName,
  type ServiceOutcome,
  type ServicePlan,
  saidBy,
} from './service-plan.ts';
import { systemdUnits, unitName } from './systemd-unit.ts';
import { TEXTS } from './texts.ts';

type Scope = ServicePlan['scope'];

export interface SystemdPlace {
  readonly run: RunTool;
  /** Whether this process may change what the machine runs. */
  readonly root: boolean;
  /** Lets a second pass. */
  readonly second: () => Promise<void>;
  /** Where units of each scope are kept. */
  readonly folders: Readonly<Record<Scope, string>>;
}

/** As long must a service run to be called started; bad settings or a missing right end it sooner. */
const STEADY_SECONDS = 4;

/** Keeps services by systemd. */
export function systemdKeeper({ run, root, second, folders }: SystemdPlace): ServiceKeeper {
  const systemctl = (scope: Scope, ...args: readonly string[]) =>
    run('systemctl', scope === 'user' ? ['--user', ...args] : args);

  /** Those that are enabled; the unit that restarts is started by its path. */
  const enabled = (service: ServiceName, scope: Scope): string[] =>
    scope === 'user'
      ? [`${unitName(service)}.service`]
      : [`${unitName(service)}.service`, `${unitName(service)}-settings.path`];

  return {
    async install(plan) {
      const problem = unreachable(plan) ?? (await forbidden(plan.scope));
      if (problem !== undefined) return { ok: false, lines: [problem] };
      const folder = folders[plan.scope];
      await mkdir(folder, { recursive: true });
      for (const [name, text] of Object.entries(systemdUnits(plan))) await writeFile(join(folder, name), text);
      const units = enabled(plan.service, plan.scope);
      const outcome = await inTurn(
        () => systemctl(plan.scope, 'daemon-reload'),
        () => systemctl(plan.scope, 'enable', ...units),
        () => systemctl(plan.scope, 'restart', ...units),
      );
      if (!outcome.ok) return outcome;
      const unit = unitName(plan.service);
      if (!(await runsOn(unit, plan.scope))) return { ok: false, lines: await whyNot(unit, plan.scope) };
      return {
        ok: true,
        lines: [
          TEXTS.installed(join(folder, `${unit}.service`)),
          plan.scope === 'user' ? TEXTS.logOfUser(unit) : TEXTS.logOfSystem(unit),
        ],
      };
    },

    async uninstall(service, scope) {
      const problem = await forbidden(scope);
      if (problem !== undefined) return { ok: false, lines: [problem] };
      const outcome = await inTurn(() => systemctl(scope, 'disable', '--now', ...enabled(service, scope)));
      const name = unitName(service);
      for (const file of [`${name}.service`, `${name}-settings.path`, `${name}-settings.service`]) {
        await rm(join(folders[scope], file), { force: true });
      }
      await systemctl(scope, 'daemon-reload');
      if (!outcome.ok) return outcome;
      return { ok: true, lines: [TEXTS.uninstalled(name)] };
    },

    async status(service, scope) {
      const { exitCode, output } = await systemctl(scope, 'status', '--no-pager', '--lines=5', unitName(service));
      return { ok: exitCode === 0, lines: [saidBy(output)] };
    },
  };

  /** What keeps this process from changing services of a scope, and how to mend it. */
  async function forbidden(scope: Scope): Promise<Text | undefined> {
    if (scope === 'system') {
      return root ? undefined : TEXTS.needsRoot;
    }
    const { exitCode, output } = await systemctl('user', 'show-environment');
    if (exitCode === 0) return undefined;
    return TEXTS.needsSession(output.trim());
  }

  /** Whether a service that was just started goes on: systemd calls it started as soon as its program was loaded. */
  async function runsOn(unit: string, scope: Scope): Promise<boolean> {
    for (let passed = 0; passed < STEADY_SECONDS; passed++) {
      await second();
      if ((await systemctl(scope, 'is-active', '--quiet', `${unit}.service`)).exitCode !== 0) return false;
    }
    return true;
  }

  async function whyNot(unit: string, scope: Scope): Promise<Text[]> {
    // Between two tries `systemctl status` leaves out what the service itself said.
    const whose = scope === 'user' ? ['--user'] : [];
    const { output } = await run('journalctl', [...whose, '-u', unit, '-n', '15', '--no-pager', '-o', 'cat']);
    return [TEXTS.doesNotRun(unit), saidBy(output)];
  }

  async function inTurn(...steps: readonly (() => ReturnType<RunTool>)[]): Promise<ServiceOutcome> {
    for (const step of steps) {
      const { exitCode, output } = await step();
      if (exitCode !== 0) return { ok: false, lines: [saidBy(output)] };
    }
    return { ok: true, lines: [] };
  }
}

/** A system service sees no home folders, so neither the program nor Node may stand in one. */
function unreachable({ scope, program }: ServicePlan): Text | undefined {
  if (scope === 'user') return undefined;
  const hidden = [program.command, ...program.args].find((path) => /^\/(home|root|run\/user)\//.test(path));
  return hidden === undefined ? undefined : TEXTS.hidden(hidden);
}
