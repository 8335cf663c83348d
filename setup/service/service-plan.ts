import type { Text } from '../../core/language.ts';
import type { OwnProgram } from '../../runtime/own-program.ts';

/** Services that run on their own; `stack` serves a checkout. */
export const SERVICES = ['exporter', 'gateway', 'auditor'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** What is installed, and for whom. */
export interface ServicePlan {
  readonly service: ServiceName;
  readonly program: OwnProgram;
  /** Absolute path of the settings file. */
  readonly settings: string;
  /** `system` starts with the machine; `user` with the session of the one who installs it. */
  readonly scope: 'system' | 'user';
}

/** What one run of `service` did or found. */
export interface ServiceOutcome {
  readonly ok: boolean;
  readonly lines: readonly Text[];
}

/** Runs a system tool; its output is for people. Never throws for an exit code. */
export type RunTool = (command: string, args: readonly string[]) => Promise<{ exitCode: number; output: string }>;

/** A kind of service management: systemd or the Task Scheduler. */
export interface ServiceKeeper {
  install(plan: ServicePlan): Promise<ServiceOutcome>;
  uninstall(service: ServiceName, scope: ServicePlan['scope']): Promise<ServiceOutcome>;
  status(service: ServiceName, scope: ServicePlan['scope']): Promise<ServiceOutcome>;
}

export const DESCRIPTIONS: Readonly<Record<ServiceName, string>> = {
  exporter: 'FlowCollect exporter: accounts the traffic of a Mihomo kernel',
  gateway: 'FlowCollect gateway: the authenticated entry in front of Pushgateway',
  auditor: 'FlowCollect auditor: compares airports with devices and reports',
};

/** What a system tool said, which is in the language of the system. */
export function saidBy(output: string): Text {
  const text = output.trim();
  return { zh: text, en: text };
}
