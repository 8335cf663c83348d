import type { Text } from '../../core/language.ts';
import type { OwnProgram } from '../../runtime/own-program.ts';
import type { RunTool, SetupHost } from '../host.ts';

/** Services that run on their own; `stack` is all of them on a home server. */
export const SERVICES = ['exporter', 'gateway', 'auditor', 'stack'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** `system` starts with the machine; `user` with the session of the one who installs it. */
export type Scope = 'system' | 'user';

/** What is installed, and for whom. */
export interface ServicePlan {
  readonly service: ServiceName;
  readonly program: OwnProgram;
  /** Absolute path of the settings file. */
  readonly settings: string;
  readonly scope: Scope;
}

/** What one run of `service` did or found. */
export interface ServiceOutcome {
  readonly ok: boolean;
  readonly lines: readonly Text[];
}

/** A kind of service management, such as systemd. */
export interface ServiceManager {
  install(plan: ServicePlan): Promise<ServiceOutcome>;
  uninstall(service: ServiceName, scope: Scope): Promise<ServiceOutcome>;
  status(service: ServiceName, scope: Scope): Promise<ServiceOutcome>;
}

export const DESCRIPTIONS: Readonly<Record<ServiceName, string>> = {
  exporter: 'FlowCollect exporter: accounts the traffic of a Mihomo kernel',
  gateway: 'FlowCollect gateway: the authenticated entry in front of Pushgateway',
  auditor: 'FlowCollect auditor: compares airports with devices and reports',
  stack: 'FlowCollect on a home server: gateway, auditor, Prometheus and what belongs to them',
};

/** What names a service to the system, and begins the names of its files. */
export const unitName = (service: ServiceName): string => `flowcollect-${service}`;

/** A text within XML. */
export const xmlText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Whose service a question without `--user` is about: the user's own where only that one is installed. */
export async function scopeThatIs(
  { mode }: Pick<SetupHost['files'], 'mode'>,
  asked: Scope,
  fileOf: (scope: Scope) => string,
): Promise<Scope> {
  const isThere = async (scope: Scope) => (await mode(fileOf(scope))) !== undefined;
  return !(await isThere(asked)) && (await isThere('user')) ? 'user' : asked;
}

/** Runs these until one fails. */
export async function inTurn(...steps: readonly (() => ReturnType<RunTool>)[]): Promise<ServiceOutcome> {
  for (const step of steps) {
    const { exitCode, output } = await step();
    if (exitCode !== 0) return { ok: false, lines: [saidBy(output)] };
  }
  return { ok: true, lines: [] };
}

/** As long must a service run to be called started; bad settings or a missing right end it sooner. */
const STEADY_SECONDS = 4;

/** Whether a service that was just started goes on: managers call it started as soon as its program was loaded. */
export async function goesOn({ clock }: Pick<SetupHost, 'clock'>, isRunning: () => Promise<boolean>): Promise<boolean> {
  for (let passed = 0; passed < STEADY_SECONDS; passed++) {
    await clock.sleep(1000, new AbortController().signal);
    if (!(await isRunning())) return false;
  }
  return true;
}

/** One word for a plain shell. */
export const shellQuoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** What a system tool said, which is in the language of the system. */
export function saidBy(output: string): Text {
  const text = output.trim();
  return { zh: text, en: text };
}
