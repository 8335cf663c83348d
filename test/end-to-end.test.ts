import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { simpleParser } from 'mailparser';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReportModel } from '../auditor/report/model.ts';
import { formatBytes } from '../core/units.ts';
import { createWholeSystem, type ExporterCounters, type WholeSystem } from './whole-system.ts';

const run = promisify(execFile);
/** A minute of recording in eight seconds, so that a poll of 250 ms sees two recorded seconds. */
const SPEED = 8;
const PATIENCE = { timeout: 60_000, interval: 200 };

let system: WholeSystem;
beforeEach(async () => {
  system = await createWholeSystem('mixed', SPEED);
});
afterEach(() => system.close());

const kernelTotals = (): number => {
  const { upload, download } = system.simulation.kernel?.source().totals() ?? { upload: Number.NaN, download: 0 };
  return upload + download;
};

/** Waits until a push was accepted: the silent first frame is then the baseline. */
async function untilPushed(): Promise<void> {
  await vi.waitFor(async () => {
    expect(await system.query('push_time_seconds{job="flowcollect"}')).toBeGreaterThan(0);
  }, PATIENCE);
}

async function untilPlayedTo(share: number): Promise<void> {
  await vi.waitFor(async () => {
    const { position, duration } = await system.position();
    expect(position).toBeGreaterThanOrEqual(duration * share);
  }, PATIENCE);
}

/** Waits until the end of the recording has gone the whole way to Prometheus. */
async function untilArrived(): Promise<ExporterCounters> {
  await untilPlayedTo(1);
  return vi.waitFor(async () => {
    const counters = await system.exporterCounters();
    expect(counters.raw).toBe(kernelTotals());
    expect(await system.query('sum(flowcollect_kernel_raw_bytes)')).toBe(counters.raw);
    expect(await system.query('sum(flowcollect_traffic_bytes_total)')).toBe(counters.kernel - counters.carry);
    return counters;
  }, PATIENCE);
}

async function auditAndMail(): Promise<{ model: ReportModel; mail: { subject: string; text: string; html: string } }> {
  const { stdout } = await run(process.execPath, [
    system.bundle,
    ...['audit', '--now', '--mail', '--json', '--config', system.serverSettings],
  ]);
  const mails = await system.simulation.mailbox?.waitForMails(1, 30_000);
  const { subject, text, html } = await simpleParser(mails?.[0]?.raw ?? '');
  return {
    model: JSON.parse(stdout) as ReportModel,
    mail: { subject: subject ?? '', text: text ?? '', html: typeof html === 'string' ? html : '' },
  };
}

async function expectExactReport(atStart: number, counters: ExporterCounters): Promise<void> {
  const { model, mail } = await auditAndMail();
  const { today } = model;
  if (!today.known) throw new Error(`the report knows nothing: ${JSON.stringify(today.reasons)}`);
  const of = (name: string): number => counters.byClass.get(name) ?? 0;
  expect(of('proxy')).toBeGreaterThan(0);
  expect(today.classes).toEqual({
    proxy: of('proxy'),
    direct: of('direct'),
    local: of('local'),
    reject: of('reject'),
    unattributed: of('unattributed'),
  });
  const sum = Object.values(today.classes).reduce((total, bytes) => total + bytes, 0);
  expect(sum).toBe(today.total);
  expect(sum + counters.carry).toBe(kernelTotals() - atStart);
  expect(mail.subject).toMatch(/流量日报 \d{2}-\d{2}$/);
  for (const rendering of [mail.text, mail.html]) {
    for (const bytes of [of('proxy'), of('direct') + of('local'), today.total]) {
      expect(rendering).toContain(formatBytes(bytes));
    }
  }
}

describe('from the kernel to the mail', { timeout: 240_000 }, () => {
  it('not a byte is lost or invented', async () => {
    const atStart = kernelTotals();
    await system.startExporter();
    await untilPushed();
    await system.play();
    const counters = await untilArrived();
    expect(counters.kernel).toBe(kernelTotals() - atStart);
    await expectExactReport(atStart, counters);
  });

  it('not a byte is lost or counted twice when the exporter is killed on the way, twice', async () => {
    const atStart = kernelTotals();
    let exporter = await system.startExporter();
    await untilPushed();
    await system.play();
    for (const share of [0.3, 0.6]) {
      await untilPlayedTo(share);
      await exporter.kill();
      exporter = await system.startExporter();
    }
    const counters = await untilArrived();
    expect(counters.kernel).toBe(kernelTotals() - atStart);
    await expectExactReport(atStart, counters);
  });
});
