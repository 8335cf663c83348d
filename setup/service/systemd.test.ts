import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ServicePlan } from './service-plan.ts';
import { systemdUnits } from './systemd.ts';

const PLAN: ServicePlan = {
  service: 'exporter',
  program: { command: process.execPath, args: ['/opt/flowcollect/dist/flowcollect.mjs'] },
  settings: '/etc/flowcollect/ClientSetting.ini',
  scope: 'system',
};
const VERIFIER = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('units of a system service', () => {
  const units = systemdUnits(PLAN, '0');
  const unit = units['flowcollect-exporter.service'] ?? '';

  it('give the settings as a credential, whose copy is linked where relative paths may be written', () => {
    expect(unit).toContain('LoadCredential=settings:/etc/flowcollect/ClientSetting.ini\n');
    expect(unit).toContain('StateDirectory=flowcollect-exporter\n');
    expect(unit).toContain('RuntimeDirectory=flowcollect-exporter\nRuntimeDirectoryMode=0700\n');
    expect(unit).toContain('=install -m 600 %d/settings /run/flowcollect-exporter/ClientSetting.ini\n');
    expect(unit).toContain(
      '=-ln -sfn /run/flowcollect-exporter/ClientSetting.ini /var/lib/flowcollect-exporter/ClientSetting.ini\n',
    );
    expect(unit).toContain('flowcollect.mjs exporter --config /var/lib/flowcollect-exporter/ClientSetting.ini\n');
  });

  it('let the gateway follow the tokens next to the settings', () => {
    const gateway = systemdUnits({ ...PLAN, service: 'gateway', settings: '/etc/flowcollect/ServerSetting.ini' }, '0');
    expect(gateway['flowcollect-gateway.service']).toContain(
      '=-ln -sfn /etc/flowcollect/tokens /var/lib/flowcollect-gateway/tokens\n',
    );
    expect(unit).not.toContain('tokens');
  });

  it('run as nobody in particular, with nothing to gain', () => {
    for (const line of ['DynamicUser=yes', 'NoNewPrivileges=yes', 'ProtectSystem=strict', 'CapabilityBoundingSet=']) {
      expect(unit.split('\n')).toContain(line);
    }
    expect(unit).not.toContain('MemoryDenyWriteExecute');
  });

  it('let V8 protect what it compiles, and fail rather than kill where a call is not allowed', () => {
    expect(unit).toContain('SystemCallFilter=@system-service @pkey\nSystemCallErrorNumber=EPERM\n');
  });

  it('write the copy over when the settings are edited, however fast edits follow each other', () => {
    expect(units['flowcollect-exporter-settings.path']).toContain('PathChanged=/etc/flowcollect/ClientSetting.ini\n');
    const writing = units['flowcollect-exporter-settings.service'];
    expect(writing).toContain('StartLimitIntervalSec=0\n');
    expect(writing).toContain(
      'StandardInput=file:/etc/flowcollect/ClientSetting.ini\nExecStart=sleep 1\nExecStart=dd of=/run/flowcollect-exporter/ClientSetting.ini status=none\n',
    );
  });

  it('write the copy as the service’s own user: root would follow a link that the service put there', () => {
    for (const name of ['flowcollect-exporter.service', 'flowcollect-exporter-settings.service']) {
      expect(units[name]).toContain('DynamicUser=yes\nUser=flowcollect-exporter\n');
    }
    expect(units['flowcollect-exporter-settings.service']).toContain('ReadWritePaths=/run/flowcollect-exporter\n');
  });

  it('come again however often they ended', () => {
    expect(unit).toContain('StartLimitIntervalSec=0\n');
    expect(unit).toContain('Restart=always\n');
  });
});

describe('the unit of a user service', () => {
  it('reads the settings themselves and names odd paths whole', () => {
    const unit = systemdUnits({ ...PLAN, scope: 'user', settings: '/home/me/my 100% $own/设置.ini' }, '1000');
    expect(Object.keys(unit)).toEqual(['flowcollect-exporter.service']);
    expect(unit['flowcollect-exporter.service']).toContain(' exporter --config "/home/me/my 100%% $$own/设置.ini"\n');
    expect(unit['flowcollect-exporter.service']).not.toContain('User=');
  });
});

it('a home server runs as the owner of its settings, beside which its data is, and stops its parts itself', () => {
  const plan: ServicePlan = { ...PLAN, service: 'stack', settings: '/srv/flowcollect/ServerSetting.ini' };
  const { 'flowcollect-stack.service': unit, ...others } = systemdUnits(plan, '1000');
  expect(others).toEqual({});
  expect(unit).toContain('flowcollect.mjs stack --config /srv/flowcollect/ServerSetting.ini\n');
  expect(unit).toContain('KillMode=mixed\nUser=1000\n');
  expect(unit).toContain('WantedBy=multi-user.target\n');
});

it.each([
  ['exporter', 'system'],
  ['exporter', 'user'],
  ['stack', 'system'],
] as const)(`systemd ${VERIFIER ? 'takes' : 'is not here to take'} the units of %s in scope %s`, (service, scope) => {
  if (!VERIFIER) return;
  const folder = mkdtempSync(join(tmpdir(), 'flowcollect-units-'));
  try {
    const paths = Object.entries(systemdUnits({ ...PLAN, service, scope }, '0')).map(([name, text]) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    });
    execFileSync('systemd-analyze', ['verify', '--man=no', `--${scope}`, ...paths], {
      stdio: 'pipe',
      // The user's manager asks for it, and a machine without sessions has none.
      env: { PATH: '/usr/bin:/bin', XDG_RUNTIME_DIR: folder },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
