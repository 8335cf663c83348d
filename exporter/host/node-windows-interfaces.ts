import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { SystemInterfaces } from './interfaces.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 20_000;

/** PowerShell's own cmdlets, so that no native module is needed; names may be Chinese. */
const SCRIPT = [
  '[Console]::OutputEncoding = [Text.Encoding]::UTF8',
  '$counters = @(Get-NetAdapterStatistics | Select-Object Name, ReceivedBytes, SentBytes)',
  "$routes = @(Get-NetRoute -DestinationPrefix '0.0.0.0/0' -ErrorAction SilentlyContinue" +
    ' | Sort-Object { $_.RouteMetric + $_.InterfaceMetric } | ForEach-Object { $_.InterfaceAlias })',
  'ConvertTo-Json -Compress -Depth 3 @{ counters = $counters; routes = $routes }',
].join('; ');

const count = z.number().int().nonnegative();
const Answer = z.object({
  counters: z.array(z.object({ Name: z.string(), ReceivedBytes: count, SentBytes: count })),
  routes: z.array(z.string()),
});

/** @throws an error when PowerShell is missing or answers something else */
export async function readWindowsInterfaces(): Promise<SystemInterfaces> {
  const { stdout } = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', SCRIPT], {
    timeout: TIMEOUT_MS,
    windowsHide: true,
  });
  return parseWindowsInterfaces(stdout);
}

/** @throws ZodError or SyntaxError when the text is not what the script prints */
export function parseWindowsInterfaces(text: string): SystemInterfaces {
  const { counters, routes } = Answer.parse(JSON.parse(text));
  return {
    counters: new Map(
      counters.map(({ Name, ReceivedBytes, SentBytes }) => [
        Name,
        // Windows does not number creations of an adapter; a re-created one begins at 0, which shows as a fall.
        { bytes: { upload: SentBytes, download: ReceivedBytes }, life: '' },
      ]),
    ),
    defaultRoutes: routes,
  };
}
