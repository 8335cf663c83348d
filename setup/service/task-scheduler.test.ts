import { describe, expect, it } from 'vitest';
import type { ServicePlan } from './service-plan.ts';
import { scheduledTask } from './task-scheduler.ts';

const PLAN: ServicePlan = {
  service: 'exporter',
  program: { command: 'C:\\Program Files\\FlowCollect\\flowcollect.exe', args: [] },
  settings: "C:\\Users\\Li & Wang's\\ClientSetting.ini",
  scope: 'system',
};
const between = (text: string, tag: string): string => new RegExp(`<${tag}>(.*)</${tag}>`).exec(text)?.[1] ?? '';

describe('a scheduled task', () => {
  it('runs from the start of the machine, without end, on batteries too, and again when it failed', () => {
    const xml = scheduledTask(PLAN);
    expect(xml).toContain('<BootTrigger>');
    expect(xml).toContain('<UserId>S-1-5-18</UserId>');
    expect(between(xml, 'ExecutionTimeLimit')).toBe('PT0S');
    expect(between(xml, 'StopIfGoingOnBatteries')).toBe('false');
    expect(xml).toContain('<RestartOnFailure><Interval>PT1M</Interval>');
    expect(between(xml, 'Command')).toBe('C:\\Program Files\\FlowCollect\\flowcollect.exe');
    expect(between(xml, 'Arguments')).toBe(`exporter --config "C:\\Users\\Li &amp; Wang's\\ClientSetting.ini"`);
  });

  it('hides the window of a user’s service', () => {
    const xml = scheduledTask({ ...PLAN, scope: 'user' });
    expect(xml).toContain('<LogonTrigger>');
    expect(between(xml, 'Command')).toBe('powershell.exe');
    expect(between(xml, 'Arguments')).toBe(
      `-NoProfile -WindowStyle Hidden -Command "&amp; 'C:\\Program Files\\FlowCollect\\flowcollect.exe' 'exporter' '--config' 'C:\\Users\\Li &amp; Wang''s\\ClientSetting.ini'; exit $LASTEXITCODE"`,
    );
  });
});
