import { parse } from 'yaml';
import { z } from 'zod';
import type { KernelAddress } from '../../exporter/kernel/api.ts';
import type { MihomoPlace } from './mihomo-places.ts';

const text = z.union([z.string(), z.number()]).transform(String).optional().catch(undefined);
const KernelConfig = z.object({
  'external-controller': text,
  'external-controller-unix': text,
  'external-controller-pipe': text,
  secret: text,
});

/** What a file says of its kernel's API; undefined where it names none and no place of it is known. */
export function readKernelAddress({ format, fallback }: MihomoPlace, content: string): KernelAddress | undefined {
  return format === 'uci' ? readUci(content) : readYaml(content, fallback);
}

function readYaml(content: string, fallback: string | undefined): KernelAddress | undefined {
  let document: unknown;
  try {
    document = parse(content, { logLevel: 'silent' });
  } catch {
    return undefined;
  }
  const { success, data } = KernelConfig.safeParse(document);
  if (!success) return undefined;
  const { 'external-controller': tcp, 'external-controller-unix': unix, 'external-controller-pipe': pipe } = data;
  if (tcp !== undefined && tcp !== '') return { address: localAddress(tcp), secret: data.secret ?? '' };
  // A kernel asks for no secret there.
  if (pipe !== undefined && pipe !== '') return { address: pipe, secret: '' };
  if (unix?.startsWith('/')) return { address: `unix://${unix}`, secret: '' };
  return fallback === undefined ? undefined : { address: fallback, secret: '' };
}

function readUci(content: string): KernelAddress | undefined {
  const option = (name: string): string | undefined =>
    new RegExp(`^\\s*option\\s+${name}\\s+(?:'([^']*)'|"([^"]*)"|(\\S+))`, 'm')
      .exec(content)
      ?.slice(1)
      .find((each) => each !== undefined);
  const port = option('cn_port');
  return port === undefined
    ? undefined
    : { address: `http://127.0.0.1:${port}`, secret: option('dashboard_password') ?? '' };
}

/** `:9090` and `0.0.0.0:9090` listen everywhere; from here they are reached on loopback. */
function localAddress(controller: string): string {
  const address = controller.replace(/^(?:0\.0\.0\.0|\[::\]|\*)?(?=:\d+$)/, '127.0.0.1');
  return `http://${address}`;
}
