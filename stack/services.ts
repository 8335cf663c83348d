import { reachableAt } from '../runtime/addresses.ts';
import type { ListenAddress } from '../runtime/http-listener.ts';
import type { OwnProgram } from '../runtime/own-program.ts';
import type { StackMessages } from './messages.ts';
import { answers, type ProcessSpec } from './process.ts';
import type { StackAddresses } from './settings.ts';

/** What it takes to start FlowCollect's own services. */
export interface ServicesPlace {
  readonly own: OwnProgram;
  /** The log file of a part. */
  readonly logOf: (part: string) => string;
  readonly addresses: StackAddresses;
  readonly exporterMetrics: ListenAddress;
  readonly serverSettings: string;
  readonly clientSettings: string;
  readonly texts: StackMessages;
}

export function gatewaySpec(place: ServicesPlace): ProcessSpec {
  return service(place, 'gateway', place.serverSettings, place.addresses.gatewayMetrics);
}

export function auditorSpec(place: ServicesPlace): ProcessSpec {
  return service(place, 'auditor', place.serverSettings, place.addresses.auditor);
}

export function exporterSpec(place: ServicesPlace): ProcessSpec {
  return service(place, 'exporter', place.clientSettings, place.exporterMetrics);
}

function service(
  { own, logOf, texts }: ServicesPlace,
  command: 'gateway' | 'auditor' | 'exporter',
  settings: string,
  health: ListenAddress,
): ProcessSpec {
  return {
    name: texts.parts[command],
    command: own.command,
    args: [...own.args, command, '--config', settings],
    logFile: logOf(command),
    ready: answers(`http://${reachableAt(health)}/metrics`),
  };
}
