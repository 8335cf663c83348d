import { readAuditorConfig } from '../../../auditor/config.ts';
import type { Checks, Device, Loss, PlayedDays, Span, Use } from '../play/records.ts';
import { type Movement, type RunningTotal, runningTotal } from '../play/running-total.ts';
import { answersOf } from './answers.ts';
import { type Billing, billingOf } from './billing.ts';
import type { AirportDraft, Draft } from './draft.ts';
import { DAY, HOUR, LOCAL, MINUTE } from './time.ts';
import { type Session, sessionsOf } from './use.ts';

/** A household whose days can be played, with the truth. */
export interface World {
  readonly draft: Draft;
  /** The text of its settings file. */
  readonly settings: string;
  readonly days: PlayedDays;
  readonly airports: readonly AirportTruth[];
}

/** What was true of one airport. */
export interface AirportTruth extends Billing {
  readonly airport: AirportDraft;
  /** What its devices moved over its nodes, with the health checks that kernels report, as names and settings let expect it to be billed. */
  readonly expected: RunningTotal;
  /** The same bytes as they are. */
  readonly used: RunningTotal;
}

const USER = 'default';

export function buildWorld(draft: Draft): World {
  const sessions = sessionsOf(draft);
  const airports = draft.airports.map((airport): AirportTruth => {
    const own = sessions.filter((each) => each.airport === airport);
    const seen = own.filter((each) => !isLost(each));
    const bytes = (factor: (node: number) => number): Movement[] =>
      seen.map(({ from, to, node, upload, download }) => ({ from, to, bytes: (upload + download) * factor(node) }));
    return {
      airport,
      ...billingOf(draft, airport, own),
      expected: runningTotal([...bytes((node) => airport.nodes[node]?.told ?? 1), ...toldChecks(draft, airport)]),
      used: runningTotal(bytes(() => 1)),
    };
  });
  const settings = settingsOf(draft);
  const { settings: config } = readAuditorConfig('ServerSetting.ini', settings, '/');
  const days: PlayedDays = {
    config,
    answers: answersOf(draft, airports),
    use: sessions.filter((each) => !isLost(each)).flatMap((each) => useOf(draft, each)),
    checks: draft.airports.flatMap((airport) => checksOf(draft, airport)),
    devices: draft.devices.map(
      ({ name, firstPush, lastPush = null, silences, losses }): Device => ({
        user: USER,
        device: name,
        firstPush,
        lastPush,
        silences,
        losses: losses.map((loss) => lossOf(draft, name, loss, sessions)),
      }),
    ),
    amendments: [],
  };
  return { draft, settings, days, airports };
}

/** What a device says of a restart that it did not observe: an estimate from above, by the pace of its busiest hours. */
function lossOf({ habit, random }: Draft, name: string, { from, to }: Span, sessions: readonly Session[]): Loss {
  const moved = sessions
    .filter((each) => each.device.name === name && each.from >= from && each.from < to)
    .reduce((sum, { upload, download }) => sum + upload + download, 0);
  const busiest = (habit.daily * random(`pace of ${name} at ${from}`).between(0.5, 1.5)) / (3 * HOUR);
  return {
    from,
    to,
    bytes: Math.round(Math.max(moved, busiest * (to - from))),
    unobserved: (to - from) / 1000,
    restart: true,
  };
}

/** What moved while no exporter ran and was forgotten by the kernel that moved it. */
function isLost({ from, device }: Session): boolean {
  return device.losses.some((loss) => from >= loss.from && from < loss.to);
}

function useOf({ merged }: Draft, { from, to, device, airport, node, upload, download }: Session): Use[] {
  const shared = {
    from,
    to: Math.max(to, from + MINUTE),
    user: USER,
    device: device.name,
    provider: merged ? '' : airport.name,
    node: airport.nodes[node]?.name ?? '',
    class: 'proxy',
    uncounted: false,
  } as const;
  return [
    { ...shared, direction: 'upload', bytes: upload },
    { ...shared, direction: 'download', bytes: download },
  ];
}

/** What the checks that a kernel reports cost. */
function toldChecks({ begin, end }: Draft, { checks }: AirportDraft): Movement[] {
  const from = Math.max(begin, checks.from);
  return !checks.counted || from >= end ? [] : [{ from, to: end, bytes: (checks.daily * (end - from)) / DAY }];
}

/** What the first device's kernel reports the checks that it makes, every six hours. */
function checksOf({ begin, end, devices, merged }: Draft, { name, nodes, checks }: AirportDraft): Checks[] {
  const [device, node] = [devices[0], nodes[0]];
  if (!checks.counted || device === undefined || node === undefined) return [];
  const told: Checks[] = [];
  for (let from = Math.max(begin, checks.from); from < end; from += 6 * HOUR) {
    const count = Math.round((checks.daily * 6 * HOUR) / DAY / checks.bytes / node.told);
    const of = { user: USER, device: device.name, provider: merged ? '' : name, node: node.name };
    told.push({ from, to: from + 6 * HOUR, ...of, count });
  }
  return told;
}

/** The settings file of a household. */
function settingsOf({ airports, merged }: Draft): string {
  const lines = ['[server]', `Timezone = ${LOCAL.zone}`, `DayEnds = ${LOCAL.dayEnds}`, 'Language = en'];
  for (const { name, settings } of airports) {
    lines.push('', `[airport.${name}]`, `Url = https://${name}.example/link`);
    if (!merged) lines.push(`Providers = ${name}`);
    lines.push(...settings);
  }
  return `${lines.join('\n')}\n`;
}
