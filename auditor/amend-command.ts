import { basename, dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DateTime } from 'luxon';
import { ArgumentError } from '../runtime/command-line.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { readMultiplier } from './airport-settings.ts';
import { type Amendment, addAmendment } from './amend/amendments.ts';
import { type Change, reaudit } from './amend/reaudit.ts';
import { type AuditorConfig, readAuditorConfig } from './config.ts';
import { readAuditState, statePathIn } from './state/audit-state.ts';
import { createExactSums } from './usage/exact-sums.ts';
import { createPrometheus } from './usage/prometheus.ts';
import { createUsageReader } from './usage/window-use.ts';
import type { Interval } from './verdict/expected.ts';

type Print = (text: string) => void;
type Given = { readonly config: string };

/** `flowcollect audit amend`: corrects history, after which the windows concerned are audited again. */
export function amendCommand(print: Print): Command {
  const command = new Command('amend').description('correct history; windows are then audited again');
  const add = (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .addOption(new Option('--config <file>', 'the settings file').default('ServerSetting.ini'));
  add('acknowledge', "a day's verdict was looked into, and all is well")
    .argument('<airport>')
    .argument('<date>', 'such as 2026-11-23', readDate)
    .action((airport: string, date: string, { config }: Given) =>
      amend(config, { kind: 'acknowledge', airport, date }, print),
    );
  add('multiplier', 'what a node is really multiplied by')
    .argument('<node>', 'its whole name')
    .argument('<multiplier>', 'such as 2, or 1-1.5 where it changes', readFactor)
    .action((node: string, multiplier: Interval, { config }: Given) =>
      amend(config, { kind: 'multiplier', node, multiplier }, print),
    );
  add('node', 'which airport a node belongs to')
    .argument('<node>', 'its whole name')
    .argument('<airport>')
    .action((node: string, airport: string, { config }: Given) =>
      amend(config, { kind: 'node', node, airport }, print),
    );
  add('device', 'a device was renamed or replaced')
    .argument('<before>', 'its old DeviceID')
    .argument('<after>', 'the new one')
    .action((before: string, after: string, { config }: Given) =>
      amend(config, { kind: 'device', before, after }, print),
    );
  return command;
}

async function amend(path: string, amendment: Amendment, print: Print): Promise<void> {
  const text = await readSettingsText(path);
  const { settings: config } = readAuditorConfig(basename(path), text, dirname(resolve(path)));
  if ('airport' in amendment && !config.subscriptions.some(({ name }) => name === amendment.airport)) {
    const names = config.subscriptions.map(({ name }) => name).join(', ');
    throw new ArgumentError(`there is no airport ${amendment.airport}; there are: ${names}`);
  }
  const state = await readAuditState(statePathIn(config.dataFolder));
  const amendments = await addAmendment(config.dataFolder, amendment);
  print('kept; the running auditor applies it at its next look\n');
  const prometheus = createPrometheus({ address: () => config.prometheus, fetch });
  const usage = createUsageReader(prometheus, createExactSums(prometheus, Date.now));
  const { changes } = await reaudit(usage, config, state, amendments);
  print(
    changes.length === 0
      ? 'no verdict of a closed window changes\n'
      : changes.map((each) => line(each, config)).join(''),
  );
}

function line({ airport, from, to, before, after }: Change, { day }: AuditorConfig): string {
  const time = (at: number): string => DateTime.fromMillis(at, { zone: day.zone }).toFormat('yyyy-MM-dd HH:mm');
  return `${airport}  ${time(from)} – ${time(to)}  ${before} → ${after}\n`;
}

function readDate(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || !DateTime.fromISO(text).isValid) {
    throw new InvalidArgumentError('must be a date such as 2026-11-23');
  }
  return text;
}

function readFactor(text: string): Interval {
  const rule = readMultiplier(`node=${text}`);
  if (rule === undefined) throw new InvalidArgumentError('must be a number such as 2, or a range such as 1-1.5');
  return rule.multiplier;
}
