import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createMailbox } from '../../simulator/mailbox.ts';
import { serveLoopback } from '../../test/loopback.ts';
import { createPushgatewayDouble } from '../../test/pushgateway-double.ts';
import { freePort } from '../../test/real-parts.ts';
import { connectionsMessage, startScriptedKernel } from '../../test/scripted-kernel.ts';
import { downloads, pushTimes, scriptedPrometheus } from '../../test/scripted-prometheus.ts';
import { type CoveredService, startCovered } from './coverage.ts';

/** The files that one thing passes on its way. */
interface Walk {
  readonly name: string;
  readonly files: readonly string[];
}

const GIB = 2 ** 30;
const TOKEN = 'walks-token-0123456789';

/**
 * The files in which a function runs for one frame (exporter), one push (exporter and gateway), one edit (the gateway's
 * ListenPort) and one header on its way to the mail (auditor), by V8's coverage of the built services.
 *
 * @param root the checkout, built
 */
async function countWalks(root: string): Promise<Walk[]> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-walks-'));
  const open: { end(): Promise<unknown> }[] = [{ end: () => rm(folder, { recursive: true, force: true }) }];
  try {
    const device = await walkDevice(root, folder, open);
    return [...device, await walkHeader(root, folder, open)];
  } finally {
    for (const part of open.reverse()) await part.end();
  }
}

type Open = { end(): Promise<unknown> }[];

async function walkDevice(root: string, folder: string, open: Open): Promise<Walk[]> {
  const kernel = await startScriptedKernel();
  open.push({ end: () => kernel.kill() });
  const pushgateway = await createPushgatewayDouble(Date.now);
  open.push({ end: () => pushgateway.close() });
  let pushes = 0;
  const counting = await serveLoopback(async (request, response) => {
    const sent = await buffer(request);
    // A connection that broke is for the gateway to push again on.
    const answer = await fetch(pushgateway.origin + request.url, {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? 'text/plain' },
      ...(sent.length === 0 ? {} : { body: sent }),
    }).catch(() => undefined);
    if (answer === undefined) {
      response.destroy();
      return;
    }
    response.writeHead(answer.status).end(await answer.text());
    if (request.method === 'PUT') pushes += 1;
  });
  open.push({ end: () => counting.kill() });
  const [port, next] = [await freePort(), await freePort()];
  const server = join(folder, 'ServerSetting.ini');
  const serverText = (listen: number): string =>
    `[server]\nListenPort = 127.0.0.1:${listen}\nServerToken = ${TOKEN}\nPushgatewayAddr = ${counting.origin}\nGatewayMetricsListen = 127.0.0.1:0\nReadersListen =\nDataDir = data\n`;
  await writeFile(server, serverText(port));
  const client = join(folder, 'ClientSetting.ini');
  await writeFile(
    client,
    `[client]\nMihomoAPIAddr = ${kernel.address}\nRemoteServer = http://127.0.0.1:${port}\nRemoteToken = ${TOKEN}\nDeviceID = walks\nPushInterval = ${PUSH_EVERY_MS}\nMetricsListen = 127.0.0.1:0\n`,
  );
  const gateway = await startCovered(root, 'gateway', server);
  open.push(gateway);
  const exporter = await startCovered(root, 'exporter', client);
  open.push(exporter);
  const pushed = (): Promise<void> => {
    const before = pushes;
    return until(() => pushes > before, 'a push arrived');
  };

  await until(() => kernel.open('/connections') > 0, 'the exporter listens');
  let frames = 0;
  const sendFrame = async (): Promise<void> => {
    frames += 1;
    kernel.send('/logs', JSON.stringify({ type: 'info', payload: LOG_LINE }));
    kernel.send('/connections', frameOf(frames));
    await delay(FRAME_MS);
  };
  const [frame, push]: [Files[], Files[]] = [[], []];
  for (let round = 0; round < 2 + ROUNDS; round += 1) {
    await pushed();
    await delay(round * PHASE_MS);
    await sendFrame();
    await called(exporter);
    await sendFrame();
    frame.push(await called(exporter));
    await delay(PUSH_EVERY_MS - round * PHASE_MS - 2 * FRAME_MS - BEFORE_PUSH_MS);
    await called(exporter);
    await called(gateway);
    await pushed();
    await delay(FRAME_MS);
    push.push([...(await called(exporter)), ...(await called(gateway))]);
  }
  await writeFile(server, serverText(next));
  await until(() => answers(`http://127.0.0.1:${next}`), 'the gateway listens where the edit says');
  const edit = await called(gateway);
  await exporter.end();
  return [
    { name: 'frame → counter', files: always(frame.slice(-ROUNDS)) },
    { name: 'push → store', files: always(push.slice(-ROUNDS)) },
    { name: 'edit → effect', files: edit },
  ];
}

type Files = readonly string[];

/** The first rounds are of a start. */
const ROUNDS = 3;
/** Two frames come closer together than changes are appended to the state: the second shows the way to a counter alone. */
const FRAME_MS = 200;
/** Not whole seconds, as other timers are: none of them comes with each push. */
const PUSH_EVERY_MS = 4300;
const BEFORE_PUSH_MS = 500;
/** Each round looks later after a push than the one before, so that no timer of a second or two is seen in all. */
const PHASE_MS = 330;

/** What ran in every round: not what a timer brought into one of them. */
const always = ([first = [], ...others]: readonly Files[]): Files =>
  [...new Set(first)].filter((file) => others.every((each) => each.includes(file))).sort();

const LOG_LINE = '[TCP] 127.0.0.1:50000 --> example.com:443 match Match using 香港';

/** A connection that moves in each frame, one that closes and one that opens. */
function frameOf(index: number): string {
  return connectionsMessage(1000 * index, 100_000 * index, [
    ['moving', '香港', 500 * index, 90_000 * index],
    [`open-${index}`, 'DIRECT', 100, 1000],
    [`open-${index - 1}`, '香港', 100, 1000],
  ]);
}

async function walkHeader(root: string, folder: string, open: Open): Promise<Walk> {
  let auditor: CoveredService | undefined;
  const mailbox = createMailbox({ port: 0, clock: Date.now });
  await mailbox.start();
  open.push({ end: () => mailbox.stop() });
  const usedAt = (at: number): number => Math.floor(((at - Date.parse('2026-01-01T00:00:00Z')) / 3_600_000) * GIB);
  const airport = await serveLoopback(async (_, response) => {
    // What ran until here asked for the header.
    if (auditor !== undefined) await called(auditor);
    const used = usedAt(Date.now());
    response.setHeader('subscription-userinfo', `upload=0; download=${used}; total=${10 * used}; expire=`);
    response.end('proxies: []\n');
  });
  open.push({ end: () => airport.kill() });
  const ask = scriptedPrometheus([downloads('walks', '香港', 'proxy', usedAt), pushTimes('walks')]);
  const prometheus = await serveLoopback(async (request, response) => {
    const answer = await ask(request.url?.split('?')[0] ?? '', { body: await text(request) });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  open.push({ end: () => prometheus.kill() });
  const settings = join(folder, 'AuditorSetting.ini');
  await writeFile(
    settings,
    `[server]\nServerToken = ${TOKEN}\nSubUrls = ["a.yaml"]="${airport.origin}/sub"\nPrometheusAddr = ${prometheus.origin}\nAuditorListen = 127.0.0.1:0\nDataDir = audited\nReportCron = 30 * * * * *\n[smtp]\nSMTPHost = 127.0.0.1\nSMTPPort = ${mailbox.port()}\nEmailUser = me@example.com\nEmailPass = walks\nEmailTo = me@example.com\n`,
  );
  auditor = await startCovered(root, 'auditor', settings);
  open.push(auditor);
  await mailbox.waitForMails(3, 240_000);
  return { name: 'header → mail', files: await called(auditor) };
}

const called = (service: CoveredService): Promise<readonly string[]> => service.filesRunSinceLastCall();

const answers = (origin: string): Promise<boolean> =>
  fetch(origin).then(
    () => true,
    () => false,
  );

async function until(happened: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await happened())) {
    if (Date.now() > deadline) throw new Error(`not within a minute: ${what}`);
    await delay(20);
  }
}

// How many files a reader passes on each of the four ways through the project; --files lists them.
const walks = await countWalks(fileURLToPath(new URL('..', import.meta.url)));
for (const { name, files } of walks) {
  console.log(`${name}: ${files.length} files`);
  if (process.argv.includes('--files')) for (const file of files) console.log(`  ${file}`);
}
