import type { FindingWords, SurplusWords } from './finding-words.ts';

const JOINED = new Intl.ListFormat('en', { style: 'long', type: 'conjunction' });

const SURPLUS: SurplusWords = {
  told: (airport, since, daily, sureness) =>
    `Airport ${airport} bills about ${daily} a day${sureness} more than multipliers and settings explain, ${since}.`,
  untold: (airport, daily, sureness) =>
    `Airport ${airport} still bills about ${daily} a day${sureness} more than multipliers and settings explain.`,
  known: (airport, daily) => `Airport ${airport} bills about ${daily} a day more, as you explained.`,
  knownAs: (airport, daily, note) => `Airport ${airport} bills about ${daily} a day more, as you explained: ${note}.`,
  leak: (airport, daily, sureness) =>
    `Airport ${airport} bills about ${daily} a day${sureness} more than multipliers and settings explain, which you called a leak; it is reported until it ends.`,
  sinceBeginning: 'since the beginning',
  since: (date) => `since ${date}`,
  sureness: (percent, range) => {
    const parts = [
      ...(percent === null ? [] : [percent < 1 ? 'below 1 %' : `${percent} %`]),
      ...(range === null ? [] : [`range ${range}`]),
    ];
    return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  },
  causes: ([first, second, ...others]) =>
    first === undefined
      ? 'The bills do not tell yet whether it is health checks, a device without an exporter, a multiplier, what the protocol adds, or a subscription link that got out.'
      : `${[
          `Most likely: ${first}`,
          ...(second === undefined ? [] : [`then: ${second}`]),
          ...(others.length === 0 ? [] : [`or: ${others.join(', ')}`]),
        ].join('; ')}.`,
  cause: {
    checks: 'health checks',
    unwatched: 'a device without an exporter',
    overhead: 'what the protocol adds',
    leak: 'a subscription link that got out',
  },
  causeMultiplier: (node, factors) =>
    node === null
      ? 'a node is multiplied by more than its name says'
      : `node ${node} is really multiplied by ${factors}`,
  answer: (mend, leak) => `Answer once: ${mend}, or ${leak}.`,
};

export const ENGLISH_FINDINGS: FindingWords = {
  sentences: (parts) => parts.filter((part) => part !== '').join(' '),
  joined: (airports) => JOINED.format(airports),
  end: (sentence) => `${sentence}.`,
  evidence: (airport, billed, expected, difference) =>
    `Airport ${airport} billed ${billed}; your devices should cost ${expected} with multipliers; ${difference}.`,
  more: (size) => `${size} more`,
  less: (size) => `${size} less`,
  equal: 'no difference',
  likely: (size, range) => `${size} (possibly ${range})`,
  because: (airport, reasons) => `Airport ${airport}: ${reasons}.`,
  pooled: (airports, billed, expected, difference) =>
    `Airports ${JOINED.format(airports)} together billed ${billed}; your devices should cost ${expected} with multipliers; ${difference}.`,
  ownerless: (shown, others) =>
    `It is not known whose node ${shown.join(', ')}${others === 0 ? '' : ` (and ${others} more)`} is, so these airports can only be compared together: set Providers or Nodes in [airport.NAME].`,
  seeAbove: (airport, other) => `Airport ${airport} is compared together with ${other}, see above.`,
  change: (since, days, total, daily) =>
    `In the ${days === 1 ? 'day' : `${days} days`} since ${since} the bill was ${total} higher than earlier bills let expect${daily === null ? '' : `, about ${daily} a day`}, which is hardly chance.`,
  earlierLook: 'An earlier look at this window already saw a clear excess.',
  credit: (size) => `The airport gave back ${size} meanwhile; what it billed is counted without that.`,
  lost: (size) =>
    `Devices lost sight of up to ${size} (a kernel restart, or an exporter that stood still), which widens the range.`,
  silent: (device, since) => (since === null ? `${device} has no report` : `${device} has not reported since ${since}`),
  silentExplains: (size) => ` and may have used the difference${size === null ? '' : ` (up to about ${size})`}`,
  silentFallsShort: (size) => `, but explains ${size} at most`,
  wouldExplain: (node, share, needed, assumed) =>
    `To rule out a wrong multiplier: the busiest node, ${node} (${share}), alone would explain the difference only at ${needed} instead of ${assumed}.`,
  learned: (days, parts) => `(Calibrated by the bills of ${days} days: ${parts.join(', ')}.)`,
  learnedRatio: (percent) => `${percent} beside the multipliers`,
  learnedChecks: (size) => `about ${size} a day for health checks`,
  learnedDaily: (size) => `${size} a day whatever is used, such as health checks`,
  learnedLag: (hours) => `up to ${hours === 1 ? 'an hour' : `${hours} hours`} late`,
  learnedMultiplier: (factors) => `learned ${factors}`,
  adviceNewDevice: 'Comparison begins anew with the next window.',
  resetHint: (airport) => `when it resets is not known: set Reset in [airport.${airport}], such as monthly 1, or never`,
  surplus: SURPLUS,
};
