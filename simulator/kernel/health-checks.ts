import { GROUPS, type SimulatedNode } from '../household/node.ts';
import { createRandom } from '../random.ts';
import { rfc3339Nano } from './connection-message.ts';

/** When a simulated kernel checks its nodes, in milliseconds. */
export interface CheckSchedule {
  /** From one check of a node and URL to the next. */
  readonly every: number;
  /** When the kernel's process began, epoch milliseconds: its histories begin with it. */
  readonly since: number;
}

/** What the kernel checks the nodes of a provider with. */
export const PROVIDER_TEST_URL = 'http://127.0.0.1:28100/generate_204';

/** A kernel keeps so many entries in each history (mihomo `adapter/adapter.go`, `defaultHistoriesNum`). */
const MOST_ENTRIES = 10;

/** As `/proxies` has it: when a check ended, and its delay in milliseconds. */
export interface DelayEntry {
  readonly time: string;
  readonly delay: number;
}

/**
 * What a kernel remembers of a node's checks: the last of each URL, and the last of all, which repeat them.
 *
 * @param at epoch milliseconds
 */
export function delayHistories({ name, provider }: SimulatedNode, at: number, { every, since }: CheckSchedule) {
  const groups = GROUPS.filter(
    ({ type, candidates }) => type === 'URLTest' && candidates.some((each) => each.name === name),
  );
  const urls = new Set(groups.map(({ testUrl }) => testUrl));
  if (provider !== '') urls.add(PROVIDER_TEST_URL);
  const byUrl = [...urls].map((url) => {
    const random = createRandom(`${name} ${url}`);
    // Some are done sooner than others.
    const delay = random.whole(20, 300);
    const nanoseconds = random.whole(0, 999_999);
    const count = Math.max(0, Math.floor((at - delay - since) / every));
    const first = Math.max(1, count - MOST_ENTRIES + 1);
    const history = Array.from({ length: count - first + 1 }, (_, index): DelayEntry => {
      return { time: rfc3339Nano(since + (first + index) * every + delay, nanoseconds), delay };
    });
    return [url, history] as const;
  });
  return {
    extra: Object.fromEntries(
      byUrl.filter(([, history]) => history.length > 0).map(([url, history]) => [url, { alive: true, history }]),
    ),
    history: byUrl
      .flatMap(([, history]) => history)
      .sort((a, b) => Date.parse(a.time) - Date.parse(b.time))
      .slice(-MOST_ENTRIES),
  };
}
