import { Command } from 'commander';
import { renderUnicodeCompact } from 'uqr';
import { deviceIdProblem } from '../core/device-id.ts';
import { ArgumentError, type Language, translateTo } from '../core/language.ts';
import type { HttpResult, Network } from '../exporter/host/network.ts';
import type { ScreenOutput } from '../runtime/screen.ts';
import { COMMANDS } from '../runtime/texts.ts';
import { isGatewayAddress, pairingCode } from './pairing-code.ts';
import { TEXTS } from './texts.ts';

interface PairContext {
  /** Makes a token for a device, as `flowcollect gateway token add` does. @throws Error with what it said */
  readonly makeToken: (owner: { config: string; device: string; user: string | undefined }) => Promise<string>;
  readonly print: (line: string) => void;
  /** For people; not part of what is copied. */
  readonly explain: (line: string) => void;
  /** Of what is said; the device speaks it too where it has no settings yet. */
  readonly language: Language;
  /** Where a QR code is shown. */
  readonly terminal: ScreenOutput;
  /** Whether it may be coloured. */
  readonly color: boolean;
  readonly network: Network;
}

const ANSWER_MS = 5000;

/**
 * An address with the scheme that is spoken there; as it is where this machine cannot tell, such as a container that
 * reaches nothing but the gateway.
 */
async function asSpoken(network: Network, address: string): Promise<string> {
  const ask = async (origin: string): Promise<HttpResult> => {
    const client = network.client({ origin, timeout: ANSWER_MS });
    const result = await client.request({ path: '/', signal: AbortSignal.timeout(ANSWER_MS) });
    await client.close();
    return result;
  };
  const isSecure = address.startsWith('https:');
  const other = address.replace(/^https?/, isSecure ? 'http' : 'https');
  const first = await ask(address);
  // A port of TLS closes plain connections, or sends them on.
  const isWrong = isSecure
    ? first.kind === 'failure' && first.failure.kind === 'not_tls'
    : first.kind === 'failure' || (first.status >= 300 && first.status < 400);
  return isWrong && (await ask(other)).kind === 'answer' ? other : address;
}

/** White on black, whatever the colours of the terminal. */
const WHITE_ON_BLACK = ['\x1b[97;40m', '\x1b[0m'] as const;
/** Cameras need a light edge of four modules (ISO/IEC 18004). */
const EDGE = 4;

/** A text as rows of a QR code whose light modules are blocks; none where the terminal is too narrow for it, or is none. */
export function qrRows(text: string, { isTTY, columns = 0 }: ScreenOutput): string[] {
  const rows = renderUnicodeCompact(text, { border: EDGE }).split('\n');
  return isTTY === true && columns > (rows[0] ?? '').length ? rows : [];
}

/** `flowcollect pair`: a token of its own for a device, as one line to run there. */
export function pairCommand({ makeToken, print, explain, language, terminal, color, network }: PairContext): Command {
  const translate = translateTo(language);
  return new Command('pair')
    .description(translate(COMMANDS.pair))
    .requiredOption('--server <address>', translate(TEXTS.pairServer))
    .requiredOption('--device <name>', translate(TEXTS.pairDevice))
    .option('--user <name>', translate(TEXTS.pairUser))
    .option('-c, --config <file>', translate(TEXTS.serverConfig), 'ServerSetting.ini')
    .action(async (options: { server: string; device: string; user?: string; config: string }) => {
      const { server, device, user, config } = options;
      if (!isGatewayAddress(server)) throw new ArgumentError(TEXTS.badServer);
      const problem = deviceIdProblem(device);
      if (problem !== undefined) throw new ArgumentError(TEXTS.badDevice(problem));
      const token = await makeToken({ config, device, user });
      const spoken = await asSpoken(network, server);
      if (spoken !== server) explain(translate(TEXTS.spoken(server, spoken)));
      explain(translate(TEXTS.runOnDevice));
      const code = pairingCode({ server: spoken, token, deviceId: device, language });
      const line = `flowcollect init device --code ${code}`;
      print(line);
      const [before, after] = color ? WHITE_ON_BLACK : ['', ''];
      const rows = qrRows(line, terminal);
      if (rows.length > 0) explain(translate(TEXTS.scan));
      for (const row of rows) explain(`${before}${row}${after}`);
    });
}
