import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readIni } from '../../core/ini.ts';
import { readExporterConfig } from '../../exporter/config.ts';
import { readServerSide } from '../../stack/settings.ts';
import { openPrompt, type Prompt } from '../console.ts';
import type { SetupHost } from '../host.ts';
import { nodeSetupHost, nodeTerminal } from '../node-host.ts';
import { pairingCode } from '../pairing-code.ts';
import { initDevice } from './init-device.ts';
import { initRouter } from './init-router.ts';
import { initServer } from './init-server.ts';
import type { MihomoPlace } from './kernels.ts';
import { initMessages } from './texts.ts';

let folder: string;
let kernel: Server;
let address: string;
let said: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-init-'));
  kernel = createServer((request, response) => {
    const allowed = request.headers.authorization === 'Bearer hush';
    response.writeHead(allowed ? 200 : 401).end(allowed ? '{"meta":true,"version":"v1.19.2"}' : '{}');
  });
  await new Promise<void>((resolve) => {
    kernel.listen(0, '127.0.0.1', resolve);
  });
  address = `127.0.0.1:${(kernel.address() as AddressInfo).port}`;
  said = '';
});
afterEach(async () => {
  kernel.close();
});

/** Talks in English with someone who types these lines. */
const prompt = (...answers: readonly string[]) => talk(answers, true);

/** Takes every suggestion. */
const yes = () => talk([], false);

function talk(answers: readonly string[], interactive: boolean): { host: SetupHost; prompt: Prompt } {
  const [input, output] = [new PassThrough(), new PassThrough()];
  output.on('data', (chunk) => {
    said += String(chunk);
  });
  input.end(answers.map((line) => `${line}\n`).join(''));
  const me = { program: 'fc', script: undefined, folder, environment: {}, root: true };
  const node = nodeSetupHost(me, { command: 'fc', args: [] }, nodeTerminal(input, output));
  const host = { ...node, machine: { ...node.machine, userId: 0 } };
  return { host, prompt: openPrompt(host.terminal, 'en', interactive) };
}

async function place(name: string, content: string): Promise<MihomoPlace> {
  const file = join(folder, name);
  await writeFile(file, content);
  return { host: name, file, format: 'yaml' };
}

const settings = async (file: string, section: string) =>
  Object.fromEntries(readIni(await readFile(file, 'utf8')).entries(section));

/** Nobody answers, no kernel is found, and the checks go well. */
const unattended = (file: string) => ({
  ...yes(),
  file,
  places: [],
  code: undefined,
  check: async () => true,
});

describe('init device', () => {
  it('finds the kernel that answers, and with a pairing code asks nothing else', async () => {
    const places = [
      await place('stale', 'external-controller: 127.0.0.1:1\nsecret: old\n'),
      await place('wrong', `external-controller: ${address}\nsecret: wrong\n`),
      await place('running', `external-controller: ${address}\nsecret: hush\n`),
      { host: 'absent', file: join(folder, 'absent'), format: 'yaml' } as const,
    ];
    const file = join(folder, 'ClientSetting.ini');
    const code = pairingCode({ server: 'https://vps.example.com', token: 'tok', deviceId: '我的 手机' });
    const checked: string[] = [];
    const healthy = await initDevice({
      ...prompt(''),
      file,
      places,
      code,
      check: async (path) => checked.push(path) > 0,
    });
    expect(healthy).toBe(true);
    expect(checked).toEqual([file]);
    expect(await settings(file, 'client')).toEqual({
      MihomoAPIAddr: `http://${address}`,
      MihomoSecret: 'hush',
      RemoteServer: 'https://vps.example.com',
      RemoteToken: 'tok',
      DeviceID: '我的 手机',
      Language: 'en',
    });
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(said).toContain(
      `Next: fc exporter --config ${file}\nIn the background: fc service install exporter --config ${file}\n`,
    );
    expect(said).not.toContain(initMessages('en').deviceName);
    expect(said).toContain('1. running: http://127.0.0.1');
    expect(said).toContain('answers, version v1.19.2');
    expect(said).toContain('answers, but not to this secret');
    expect(said).not.toContain('hush');
    expect(said).not.toContain('tok ');
  });

  it('keeps what is typed of secrets off the screen, and what it suggests of them', async () => {
    const file = join(folder, 'ClientSetting.ini');
    await writeFile(file, `[client]\nMihomoAPIAddr = http://${address}\nMihomoSecret = hush\nRemoteToken = tok\n`);
    const asked = prompt('', '', 'https://vps.example.com', '', 'phone');
    const hidden: string[] = [];
    const { readLine } = asked.host.terminal;
    const watched = openPrompt(
      {
        ...asked.host.terminal,
        readLine(secret) {
          if (secret) hidden.push(said);
          return readLine(secret);
        },
      },
      'en',
      true,
    );
    await initDevice({ ...asked, prompt: watched, file, places: [], check: async () => true });
    expect(hidden).toEqual([
      expect.stringMatching(/secret.* \[\*{3}\]: $/),
      expect.stringMatching(/Token.* \[\*{3}\]: $/),
    ]);
    expect(said).not.toMatch(/hush|tok\b/);
    expect(await settings(file, 'client')).toMatchObject({ MihomoSecret: 'hush', RemoteToken: 'tok' });
  });

  it.each(['我的密码', 'déjà', '012345', 'tok,', "'quoted'"])(
    'takes the secret %s as the kernel has it, and is admitted',
    async (secret) => {
      const seen: string[] = [];
      const server = createServer((request, response) => {
        seen.push(Buffer.from(request.headers.authorization ?? '', 'latin1').toString('utf8'));
        response.end('{"meta":true,"version":"v1.19.2"}');
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const quoted = secret === '012345' ? secret : JSON.stringify(secret);
      const config = `external-controller-unix: mihomo.sock\nexternal-controller: 127.0.0.1:${port}\nsecret: ${quoted}\n`;
      const file = join(folder, 'ClientSetting.ini');
      const code = pairingCode({ server: 'https://vps.example.com', token: 'tok', deviceId: 'pc' });
      await initDevice({ ...unattended(file), ...prompt(''), code, places: [await place('config.yaml', config)] });
      server.close();
      expect(seen).toEqual([`Bearer ${secret}`]);
      expect(await settings(file, 'client')).toMatchObject({
        MihomoAPIAddr: `http://127.0.0.1:${port}`,
        MihomoSecret: secret,
      });
      expect(readExporterConfig('f', await readFile(file, 'utf8')).settings.MihomoSecret).toBe(secret);
    },
  );

  it('skips an address that is dead for one that answers, such as a socket next to the configuration', async () => {
    const socket = join(folder, 'mihomo.sock');
    const server = createServer((_, response) => response.end('{"meta":true,"version":"v1.19.2"}'));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const config = 'external-controller: 127.0.0.1:1\nsecret: s\nexternal-controller-unix: mihomo.sock\n';
    const file = join(folder, 'ClientSetting.ini');
    const code = pairingCode({ server: 'https://vps.example.com', token: 'tok', deviceId: 'pc' });
    await initDevice({ ...unattended(file), ...prompt(''), code, places: [await place('config.yaml', config)] });
    server.close();
    expect(await settings(file, 'client')).toMatchObject({ MihomoAPIAddr: `unix://${socket}`, MihomoSecret: '' });
  });

  it('takes an existing file as it is, comments and other keys included', async () => {
    const file = join(folder, 'ClientSetting.ini');
    const old = `; mine\r\n[client]\r\nMihomoAPIAddr = http://127.0.0.1:9\r\nRemoteServer = http://vps:1234/report\r\nRemoteToken = a;b\r\nDeviceID = pc\r\nLocalLogFile = x.log\r\n`;
    await writeFile(file, old);
    await initDevice(unattended(file));
    const text = await readFile(file, 'utf8');
    expect(
      text
        .split('\r\n')
        .filter((line) => !/^(MihomoSecret|Language) = /.test(line))
        .join('\r\n'),
    ).toBe(old);
  });

  it('asks again for a wrong number and a wrong secret, and tells a dead kernel from a secret that is wrong', async () => {
    const file = join(folder, 'ClientSetting.ini');
    const places = [await place('a', `external-controller: ${address}\nsecret: wrong\n`)];
    const code = pairingCode({ server: 'https://vps.example.com', token: 'tok', deviceId: 'pc' });
    await initDevice({ ...unattended(file), ...prompt('3', 'x', '1', 'guess', 'hush'), code, places });
    expect(said.split('type a number from 0 to 1')).toHaveLength(3);
    expect(said.split('answers, but not to this secret. Correct it')).toHaveLength(3);
    expect(await settings(file, 'client')).toMatchObject({ MihomoAPIAddr: `http://${address}`, MihomoSecret: 'hush' });

    await rm(file);
    said = '';
    await initDevice({
      ...unattended(file),
      ...prompt('./mihomo.sock', 'http://a b', '127.0.0.1:1', '', `http://${address}`, ''),
      code,
    });
    expect(said.split('write the whole address')).toHaveLength(3);
    expect(said).toContain('127.0.0.1:1: does not answer: it does not run, or the address is wrong. Correct it');
    // What stays the same is taken as it is: the kernel may be started later.
    expect(await settings(file, 'client')).toMatchObject({ MihomoAPIAddr: `http://${address}`, MihomoSecret: '' });
  });

  it('refuses a broken pairing code before it writes', async () => {
    const file = join(folder, 'ClientSetting.ini');
    await expect(initDevice({ ...unattended(file), code: 'FC1-abc' })).rejects.toThrow('the pairing code is not whole');
    await expect(stat(file)).rejects.toThrow();
  });

  it('says which answer is missing when nobody is there', async () => {
    const file = join(folder, 'ClientSetting.ini');
    await expect(initDevice(unattended(file))).rejects.toThrow('an answer is needed: Address of the gateway');
  });
});

describe('init router', () => {
  const well = async () => true;
  const client = '[client]\nRemoteServer = https://vps.example.com\nRemoteToken = tok\nDeviceID = pc\n';

  it('adds a kernel of its own besides what there is, and has it checked', async () => {
    const file = join(folder, 'ClientSetting.ini');
    await writeFile(file, client);
    const checked: string[] = [];
    const check = async (path: string) => checked.push(path) > 0;
    expect(await initRouter({ ...prompt('', 'my router', `http://${address}`, 'hush', ''), file, check })).toBe(true);
    expect(checked).toEqual([file]);
    expect(await settings(file, 'kernel.my-router')).toEqual({
      DeviceID: 'my router',
      MihomoAPIAddr: `http://${address}`,
      MihomoSecret: 'hush',
      PollInterval: '5s',
    });
    expect(await settings(file, 'client')).toMatchObject({ DeviceID: 'pc', RemoteToken: 'tok' });
  });

  it.each(['given', 'asked for'])(
    "takes the router's own code, %s, and leaves gateway and token of the machine",
    async (how) => {
      const file = join(folder, 'ClientSetting.ini');
      await writeFile(file, client.replace('https://vps.example.com', 'http://127.0.0.1:8686'));
      const code = pairingCode({ server: 'https://vps.example.com', token: 'its-own', deviceId: 'attic' });
      const answers = prompt(...(how === 'given' ? [] : [code]), `http://${address}`, 'hush');
      await initRouter({ ...answers, file, code: how === 'given' ? code : undefined, check: well });
      expect(await settings(file, 'kernel.attic')).toMatchObject({ DeviceID: 'attic', RemoteToken: 'its-own' });
      expect(await settings(file, 'client')).toMatchObject({
        RemoteServer: 'http://127.0.0.1:8686',
        RemoteToken: 'tok',
      });
      expect(said).toContain(initMessages('en').otherGateway('http://127.0.0.1:8686', 'https://vps.example.com'));
    },
  );

  it('needs nothing but the code where the machine has no settings', async () => {
    const file = join(folder, 'ClientSetting.ini');
    const code = pairingCode({ server: 'https://vps.example.com', token: 'its-own', deviceId: 'attic' });
    await initRouter({ ...yes(), file, code, check: well });
    const { devices } = readExporterConfig('f', await readFile(file, 'utf8')).settings;
    expect(devices).toMatchObject([
      { DeviceID: 'attic', RemoteServer: 'https://vps.example.com', RemoteToken: 'its-own' },
    ]);
  });

  it('says how to open the tunnel where what it leads to is not well', async () => {
    const file = join(folder, 'ClientSetting.ini');
    // The tunnel is not open yet, so that its address is asked for again.
    const answers = prompt('', 'router', '', '', '', 'https://vps.example.com', 'tok');
    expect(await initRouter({ ...answers, file, check: async () => false })).toBe(false);
    expect(said).toContain('packaging/openwrt/flowcollect-tunnel');
  });
});

describe('init server', () => {
  it('makes a token, and addresses as containers use them', async () => {
    const file = join(folder, 'ServerSetting.ini');
    const answers = prompt('https://my.vps', 'https://airport.example.com/sub?token=x,y', 'me@qq.com', 'code', '', 'y');
    await initServer({ ...answers, file });
    const server = await settings(file, 'server');
    expect(server.ServerToken).toMatch(/^[\w-]{32}$/);
    expect(server).toMatchObject({ PushgatewayAddr: 'http://pushgateway:9091', DataDir: '/data' });
    expect(await settings(file, 'smtp')).toMatchObject({ SMTPHost: 'smtp.qq.com', EmailTo: 'me@qq.com' });
    expect(said).toContain('docker compose up -d --build');
    expect(said).toContain('echo FLOWCOLLECT_DOMAIN=my.vps > .env');
    expect(said).not.toContain(server.ServerToken);
    expect(said).not.toContain(initMessages('en').example);

    await initServer({ ...yes(), file });
    expect(said).toContain(initMessages('en').example);
    expect(await settings(file, 'server')).toEqual(server);
  });

  it('knows the mail server of a provider, in the place of the example, and what its password is', async () => {
    const file = join(folder, 'ServerSetting.ini');
    await copyFile(new URL('../../setting.ini.example', import.meta.url), file);
    await initServer({ ...prompt('https://my.vps', 'me@gmail.com', 'app-code', '', 'n'), file });
    expect(await settings(file, 'smtp')).toMatchObject({
      SMTPHost: 'smtp.gmail.com',
      EmailUser: 'me@gmail.com',
      EmailPass: 'app-code',
    });
    expect(said).toContain('It is an app password of the Google account');
  });

  it('makes a token in the place of the one that the example has, and leaves the rest of the example in use', async () => {
    const file = join(folder, 'ServerSetting.ini');
    await copyFile(new URL('../../setting.ini.example', import.meta.url), file);
    const before = await settings(file, 'server');
    await initServer({ ...yes(), file });
    const { ServerToken, SubUrls } = await settings(file, 'server');
    expect(ServerToken).toMatch(/^[\w-]{32}$/);
    expect(SubUrls).toBe(before.SubUrls);
  });

  it('takes a domain alone as one with TLS, and no path', async () => {
    const file = join(folder, 'config', 'ServerSetting.ini');
    await initServer({ ...prompt('my.vps', '', '', 'y'), file });
    expect(said).toContain('--server https://my.vps --device');
  });

  it('asks for a domain where Docker, by which devices come in through Caddy alone, was given none', async () => {
    const file = join(folder, 'config', 'ServerSetting.ini');
    const answers = ['192.0.2.7', '', '', 'y', '192.0.2.7', 'https://my.vps:8443', 'my.vps'];
    await initServer({ ...prompt(...answers), file });
    expect(said.split('Caddy has to get a certificate')).toHaveLength(3);
    expect(said).toContain('echo FLOWCOLLECT_DOMAIN=my.vps > .env');
    expect(said).toContain('--server https://my.vps --device');
  });

  it('says what is wrong with an answer, and asks the question again', async () => {
    const file = join(folder, 'ServerSetting.ini');
    const answers = [
      ...['https://my.vps/report', 'https://a.vps https://b.vps', 'https://my.vps'],
      ...['clash://install-config?url=x', 'airport.example.com/sub', 'https://a.example.com/1 https://b.example.com/2'],
      ...['me', 'me@my.domain', 'mail.my.domain', 'code', 'you', 'you@qq.com'],
      ...['maybe', 'n'],
    ];
    await initServer({ ...prompt(...answers), file });
    expect(said.split('one address, of scheme and domain alone')).toHaveLength(3);
    expect(said.split('a clash:// link is for apps')).toHaveLength(3);
    expect(said.split('must be a mail address')).toHaveLength(3);
    expect(said).toContain('answer y or n');
    expect(await settings(file, 'server')).toMatchObject({
      SubUrls: 'https://a.example.com/1, https://b.example.com/2',
    });
    expect(await settings(file, 'smtp')).toMatchObject({ SMTPHost: 'mail.my.domain', EmailTo: 'you@qq.com' });
  });

  it('writes nothing where the input ends before the last question', async () => {
    const file = join(folder, 'ServerSetting.ini');
    await expect(initServer({ ...prompt('https://my.vps', '', ''), file })).rejects.toThrow('an answer is needed');
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  it('leaves nothing of Docker in settings that are to run without, and never shows a password', async () => {
    const file = join(folder, 'ServerSetting.ini');
    await initServer({ ...prompt('https://my.vps', '', 'me@qq.com', 'code', '', 'y'), file });
    await initServer({ ...prompt('https://my.vps', '', '', '', '', 'n'), file });
    const { PushgatewayAddr, DataDir, AuditorListen, TrustedProxies } = await settings(file, 'server');
    expect([PushgatewayAddr, DataDir, AuditorListen, TrustedProxies]).toEqual(['', '', '', '']);
    expect(await settings(file, 'smtp')).toMatchObject({ EmailPass: 'code' });
    expect(said).toContain('[***]');
    expect(said).not.toContain('[code]');
  });

  it('has a domain put before a gateway on loopback without Docker, and leaves one that is reached by http as it is', async () => {
    const file = join(folder, 'ServerSetting.ini');
    await initServer({ ...prompt('my.vps', '', '', 'n'), file });
    expect(said).toContain(`install.sh ${file} my.vps`);
    expect((await settings(file, 'server')).ListenPort).toBe('127.0.0.1:8686');
    await initServer({ ...prompt('192.0.2.7', '', '', 'n'), file });
    expect(said).toContain(`install.sh ${file} (`);
    expect(said).toContain('--server http://192.0.2.7:8686');
    expect((await settings(file, 'server')).ListenPort).toBe('');
  });

  it('makes settings for a home server, which runs all of it and asks for no Docker', async () => {
    const file = join(folder, 'ServerSetting.ini');
    await initServer({ ...prompt('nas', '', ''), file, home: true });
    expect(said).toContain(`Next: fc stack --config ${file}`);
    expect(said.trimEnd()).toMatch(new RegExp(`: sudo fc service install stack --config ${file}$`));
    expect(said).toContain(`fc pair --config ${file} --server http://nas:8686 --device my-phone`);
    const { demo, server } = readServerSide(file, await readFile(file, 'utf8'));
    expect([demo, server.ListenPort, server.ArchiveToken?.length]).toEqual([false, ':8686', 32]);
    expect(said).not.toContain(server.ArchiveToken);
    said = '';
    await initServer({ ...prompt('nas', '', ''), file, home: true, hasServices: false });
    expect(said).not.toContain('service install');
  });

  it('names, in the image of the home server, lines of Docker that its page has too', async () => {
    const file = 'ServerSetting.ini';
    const { host, prompt: asks } = prompt('nas', '', '');
    const [image] = /github\.example\S+home:\S+/.exec(await readFile('Dockerfile', 'utf8')) ?? [];
    const machine = { ...host.machine, environment: (name: string) => ({ FLOWCOLLECT_IMAGE: image })[name] };
    const called = 'node /app/dist/flowcollect.mjs';
    await initServer({
      host: { ...host, machine, called },
      prompt: asks,
      file: join(folder, file),
      home: true,
      hasServices: false,
    });
    const page = await readFile('docs/platforms/home.md', 'utf8');
    const [, run = '', pair = ''] = page.match(/^docker .*/gm) ?? [];
    expect(run).toContain(`flowcollect:/data ${image}`);
    expect(said).toContain(`Next: ${run} (`);
    expect(said.replace(` --config ${join(folder, file)}`, '')).toContain(`: ${pair}\n`);
  });

  it('is for Docker by itself only in the folder that Docker mounts', async () => {
    const [own, mounted] = [join(folder, 'ServerSetting.ini'), join(folder, 'config', 'ServerSetting.ini')];
    await initServer({ ...yes(), file: own });
    expect((await settings(own, 'server')).DataDir).toBeUndefined();
    await initServer({ ...yes(), file: mounted });
    expect((await settings(mounted, 'server')).DataDir).toBe('/data');
  });

  it('ends with what runs already, where the services of the machine go by the file', async () => {
    const file = join(folder, 'ServerSetting.ini');
    await writeFile(join(folder, 'flowcollect-gateway.service'), `[Service]\nLoadCredential=settings:${file}\n`);
    const installation = { settings: folder, units: folder, data: folder };
    await initServer({ ...prompt('https://my.vps', '', '', 'n'), file, installation });
    expect(said).toContain(`have taken the settings. To check them: fc doctor --config ${file}`);
    expect(said).not.toContain('install.sh');
  });

  it('pairs, without Docker, where the installed gateway reads its tokens', async () => {
    const answers = prompt('https://my.vps', '', '', 'n');
    await initServer({ ...answers, file: join(folder, 'ServerSetting.ini') });
    expect(said).toContain('packaging/debian/install.sh');
    expect(said).toContain('sudo flowcollect pair --config /etc/flowcollect/ServerSetting.ini --server https://my.vps');
  });
});
