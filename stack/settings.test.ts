import { describe, expect, it } from 'vitest';
import { SettingsError } from '../core/settings.ts';
import { readServerSide } from './settings.ts';

const read = (text: string) => readServerSide('/home/me/ServerSetting.ini', text);

describe('readServerSide', () => {
  it('has a default for everything', () => {
    const { addresses, demoReportAfter, dataFolder } = read('');
    const ports = Object.fromEntries(Object.entries(addresses).map(([part, { port }]) => [part, port]));
    expect(ports).toEqual({
      gateway: 8686,
      gatewayMetrics: 9103,
      pushgateway: 9091,
      prometheus: 9090,
      alertmanager: 9093,
      auditor: 9102,
      grafana: 3000,
    });
    expect(demoReportAfter).toBe(40_000);
    expect(dataFolder).toBe('/home/me/data');
  });

  it('knows for each port the setting that moves it', () => {
    const { addresses } = read(
      '[server]\nListenPort = 1234\nPrometheusAddr = http://localhost:9999\n[stack]\nAlertmanagerPort = 19093\n',
    );
    expect(addresses.gateway).toEqual({
      host: '0.0.0.0',
      port: 1234,
      setting: '[server] ListenPort in /home/me/ServerSetting.ini',
    });
    expect(addresses.prometheus).toMatchObject({ host: '127.0.0.1', port: 9999 });
    expect(addresses.alertmanager).toMatchObject({ port: 19093, setting: expect.stringContaining('AlertmanagerPort') });
  });

  it.each([
    ['[server]\nListenPort = here', '[server] ListenPort: must be an address'],
    ['[server]\nPrometheusAddr = http://prometheus:9090', '[server] PrometheusAddr: must be on 127.0.0.1 here'],
    ['[server]\nTlsCert = a.pem\nTlsKey = b.pem', '[server] TlsCert: must be left out here'],
    ['[stack]\nGrafanaPort = 70000', '[stack] GrafanaPort: must be a number'],
  ])('refuses %j and says where', (text, problem) => {
    expect(() => read(text)).toThrow(SettingsError);
    expect(() => read(text)).toThrow(problem);
  });
});
