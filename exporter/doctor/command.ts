import { basename, dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { describeProblem } from '../../core/settings.ts';
import type { Clock } from '../../runtime/clock.ts';
import { readSettingsText } from '../../runtime/settings-file.ts';
import { readExporterConfig } from '../config.ts';
import { systemReader } from '../interfaces/interface-watch.ts';
import type { Finding } from './finding.ts';
import { checkClock, checkGateway } from './gateway-checks.ts';
import { checkKernel } from './kernel-checks.ts';
import { checkStateFolder } from './state-checks.ts';

/** Something has to be mended; what, was printed. */
export class UnhealthyError extends Error {
  override readonly name = 'UnhealthyError';
}

const MARKS: Readonly<Record<Finding['verdict'], string>> = { good: '✓', warning: '!', bad: '✗' };

/**
 * `flowcollect doctor`: looks at all that the exporter needs and says of each what is wrong and how to mend it.
 * Settings that cannot be read are a SettingsError, other faults an {@link UnhealthyError}.
 */
export function doctorCommand(print: (text: string) => void, clock: Clock, read = systemReader()): Command {
  return new Command('doctor')
    .description("check a device's settings, kernel, state folder and gateway")
    .option('--config <file>', 'the settings file', 'ClientSetting.ini')
    .action(async ({ config: path }: { config: string }) => {
      const file = basename(path);
      const { settings, notices } = readExporterConfig(file, await readSettingsText(path));
      const { Language, StateDir, StateSync, devices } = settings;
      const names = devices.map(({ DeviceID }) => DeviceID).join(Language === 'zh' ? '、' : ', ');
      const opening = Language === 'zh' ? `设置 ${file}，设备 ${names}` : `settings ${file}, device ${names}`;
      const findings: Finding[] = [
        { verdict: 'good', text: opening },
        ...notices.map((notice): Finding => ({ verdict: 'warning', text: describeProblem(file, notice) })),
        await checkStateFolder(resolve(dirname(path), StateDir), 'StateDir', Language),
        ...(StateSync === undefined
          ? []
          : [await checkStateFolder(resolve(dirname(path), StateSync), 'StateSync', Language)]),
      ];
      const ofDevices = await Promise.all(
        devices.map(async (device) => {
          const own = [
            ...(await checkKernel(device, dirname(resolve(path)), clock.now(), read)),
            await checkGateway(device),
          ];
          const name = devices.length > 1 ? `${device.DeviceID}: ` : '';
          return own.map(({ verdict, text }) => ({ verdict, text: `${name}${text}` }));
        }),
      );
      findings.push(...ofDevices.flat());
      for (const origin of new Set(devices.map(({ RemoteServer }) => RemoteServer))) {
        const finding = await checkClock(origin, clock, Language);
        if (finding !== undefined) findings.push(finding);
      }
      for (const { verdict, text } of findings) print(`${MARKS[verdict]} ${text}`);
      const faults = findings.filter(({ verdict }) => verdict === 'bad').length;
      if (faults > 0) {
        throw new UnhealthyError(Language === 'zh' ? `${faults} 处需要修复` : `${faults} to mend`);
      }
    });
}
