/** One series of a scripted Prometheus: its value at an instant (epoch milliseconds), undefined where it has none. */
export interface ScriptedSeries {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly valueAt: (at: number) => number | undefined;
}

/** What a device of the user `default` downloaded over a node. */
export const downloads = (
  instance: string,
  node: string,
  kind: string,
  valueAt: ScriptedSeries['valueAt'],
): ScriptedSeries => ({
  metric: 'flowcollect_traffic_bytes_total',
  labels: { ...deviceOf(instance), class: kind, node, direction: 'download', accounting: 'measured' },
  valueAt,
});

/** When a device of the user `default` pushed, up to an instant. */
export const pushTimes = (instance: string, last = (at: number): number => at): ScriptedSeries => ({
  metric: 'push_time_seconds',
  labels: deviceOf(instance),
  valueAt: (at) => last(at) / 1000,
});

const deviceOf = (instance: string) => ({ job: 'flowcollect', user: 'default', instance });

const STEP = 15_000;

/**
 * A stand-in for `fetch` that answers as Prometheus does, for the few forms of PromQL that the auditor asks. What sums
 * are worth on a real one is shown elsewhere; this one is for what surrounds them.
 *
 * @param down while it returns true, connections are refused
 */
export function scriptedPrometheus(series: readonly ScriptedSeries[], down: () => boolean = () => false): typeof fetch {
  return async (input, init) => {
    if (down()) throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    const form = new URLSearchParams(String(init?.body));
    if (String(input).endsWith('/series')) {
      const asked = selectorOf(form.get('match[]') ?? '');
      const [from, to] = [Number(form.get('start')) * 1000, Number(form.get('end')) * 1000];
      return success(
        series.filter((each) => matches(each, asked) && lastIn(each, from, to) !== undefined).map(nameAndLabels),
      );
    }
    const at = Number(form.get('time')) * 1000;
    const query = form.get('query') ?? '';
    const summed = /^sum by \(([\w, ]+)\) \((.*)\)$/s.exec(query);
    if (summed !== null) {
      const parts = answer(series, summed[2] ?? '', at);
      return success({ resultType: 'vector', result: sumOf(parts, (summed[1] ?? '').split(', '), at) });
    }
    const result = query.split(' or ').flatMap((part) => answer(series, part, at));
    return success({ resultType: /^\w+\{.*\]$/s.test(query) ? 'matrix' : 'vector', result });
  };
}

function answer(series: readonly ScriptedSeries[], query: string, at: number): unknown[] {
  const call = /^(\w+)\((\w+\{.*\})\[(\d+)ms\]\)/s.exec(query);
  const range = /^(\w+\{.*\})\[(\d+)ms\]$/s.exec(query);
  const stamped = /^timestamp\((\w+\{.*\})\)$/s.exec(query);
  const asked = selectorOf(call?.[2] ?? range?.[1] ?? stamped?.[1] ?? query);
  const width = Number(call?.[3] ?? range?.[2] ?? 5 * 60_000);
  return series
    .filter((each) => matches(each, asked))
    .flatMap((each): object[] => {
      const samples = samplesIn(each, at - width, at);
      const values = samples.map(([, value]) => value);
      if (range !== null)
        return samples.length === 0
          ? []
          : [{ metric: nameAndLabels(each), values: samples.map(([time, value]) => [time / 1000, String(value)]) }];
      const value =
        call?.[1] === 'resets'
          ? values.filter((each, index) => each < (values[index - 1] ?? 0)).length || undefined
          : call?.[1] === 'min_over_time'
            ? values.sort((a, b) => a - b)[0]
            : samples.at(-1)?.[stamped === null ? 1 : 0];
      const shown = stamped === null ? value : value && value / 1000;
      return shown === undefined ? [] : [{ metric: nameAndLabels(each), value: [at / 1000, String(shown)] }];
    });
}

interface Answered {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

function sumOf(answers: readonly unknown[], names: readonly string[], at: number): Answered[] {
  const sums = new Map<string, Answered>();
  for (const { metric, value } of answers as readonly Answered[]) {
    const labels = Object.fromEntries(
      names.flatMap((name) => (metric[name] === undefined ? [] : [[name, metric[name]]])),
    );
    const key = JSON.stringify(labels);
    const before = Number(sums.get(key)?.value[1] ?? 0);
    sums.set(key, { metric: labels, value: [at / 1000, String(before + Number(value[1]))] });
  }
  return [...sums.values()];
}

function samplesIn(series: ScriptedSeries, from: number, to: number): [time: number, value: number][] {
  const samples: [number, number][] = [];
  // A query over months need not walk every step: what is asked of it is the last value.
  const start = Math.max(from, to - 3 * 24 * 3_600_000);
  for (let at = Math.ceil(start / STEP) * STEP; at <= to; at += STEP) {
    const value = series.valueAt(at);
    if (value !== undefined) samples.push([at, value]);
  }
  const now = series.valueAt(to);
  return now === undefined ? samples : [...samples, [to, now]];
}

function lastIn(series: ScriptedSeries, from: number, to: number): number | undefined {
  return samplesIn(series, from, to).at(-1)?.[1];
}

interface Asked {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
}

function selectorOf(text: string): Asked {
  const match = /^(\w+)\{(.*)\}$/s.exec(text.trim());
  const labels = [...(match?.[2] ?? '').matchAll(/(\w+)=("(?:[^"\\]|\\.)*")/g)];
  return {
    metric: match?.[1] ?? '',
    labels: Object.fromEntries(labels.map(([, name = '', value = '""']) => [name, JSON.parse(value) as string])),
  };
}

function matches({ metric, labels }: ScriptedSeries, asked: Asked): boolean {
  return (
    metric === asked.metric && Object.entries(asked.labels).every(([name, value]) => (labels[name] ?? '') === value)
  );
}

function nameAndLabels({ metric, labels }: ScriptedSeries): Record<string, string> {
  return { __name__: metric, ...labels };
}

function success(data: unknown): Response {
  return new Response(JSON.stringify({ status: 'success', data }), { headers: { 'content-type': 'application/json' } });
}
