/**
 * A listening address as the seed's users write it: `:1234`, `1234` or `127.0.0.1:1234`.
 *
 * @returns undefined when it is none of them
 */
export function parseListenPort(text: string, defaultHost: string): { host: string; port: number } | undefined {
  const match = /^(?:(?:\[([0-9a-f:.]+)\]|([^:[\]\s]*)):)?(\d{1,5})$/i.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || !(port <= 65_535)) return undefined;
  const host = match[1] ?? match[2] ?? '';
  return { host: host === '' ? defaultHost : host, port };
}
