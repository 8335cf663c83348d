import type { Interfaces } from './interfaces.ts';
import { readLinuxInterfaces } from './node-linux-interfaces.ts';
import { readWindowsInterfaces } from './node-windows-interfaces.ts';

/** How this system's interfaces are read; undefined where that is not known. */
export function nodeInterfaces(): Interfaces | undefined {
  switch (process.platform) {
    case 'linux':
    case 'android':
      return { read: () => readLinuxInterfaces(), readEvery: 10_000 };
    case 'win32':
      // Starting PowerShell costs more than reading a file.
      return { read: readWindowsInterfaces, readEvery: 60_000 };
    default:
      return undefined;
  }
}
