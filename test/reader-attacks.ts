import fc from 'fast-check';

/** Routes of Prometheus, Alertmanager and prom-label-proxy, and other spellings of those that readers have. */
export const OTHER_ROUTES: readonly string[] = [
  '/',
  '/federate?match[]={user="bob"}',
  '/metrics',
  '/graph?g0.expr=up',
  '/consoles/prometheus.html',
  '/api/v1/metadata',
  '/api/v1/rules',
  '/api/v1/alerts',
  '/api/v1/targets',
  '/api/v1/targets/metadata',
  '/api/v1/scrape_pools',
  '/api/v1/alertmanagers',
  '/api/v1/query_exemplars?query=up&start=0&end=9999999999',
  '/api/v1/format_query?query=up',
  '/api/v1/parse_query?query=up',
  '/api/v1/notifications',
  '/api/v1/status/tsdb',
  '/api/v1/status/config',
  '/api/v1/status/flags',
  '/api/v1/status/runtimeinfo',
  '/api/v1/status/buildinfo',
  '/api/v1/status/walreplay',
  '/api/v1/read',
  '/api/v1/write',
  '/api/v1/otlp/v1/metrics',
  '/api/v1/admin/tsdb/snapshot',
  '/api/v1/admin/tsdb/delete_series?match[]=up',
  '/api/v2/silences',
  '/api/v2/alerts',
  '/healthz',
  '/-/reload',
  '/-/quit',
  '/debug/pprof/heap',
  '/api/v1/query/?query=up',
  '//api/v1/query?query=up',
  '/api/v1/../v1/query?query=up',
  '/api/v1/query%2f?query=up',
  '/api/v1/%71uery?query=up',
  '/API/v1/query?query=up',
  '/api/v1/query;a=b?query=up',
  '/api/v1/label/user%2fvalues/values',
  '/api/v1/label/user/values/',
  '/api/v1/label/x/../../status/tsdb/values',
];

const METRIC = 'flowcollect_traffic_bytes_total';

/** Ways to ask for another user's series. @param other the user's name */
export function hostileQueries(other: string): readonly string[] {
  const selectors = [
    METRIC,
    `${METRIC}{user="${other}"}`,
    `{user="${other}"}`,
    `{__name__=~".+"}`,
    `{__name__=~".+",user="${other}"}`,
    `{user!=""}`,
    `{user!="alice"}`,
    `{user=~".*"}`,
    `{user=~".+"}`,
    `{user=~"alice|${other}"}`,
    `{user!~"alice"}`,
    `{user="alice",user="${other}"}`,
    `{user="alice",user=~"${other}|alice"}`,
    `{"user"="${other}"}`,
    `{"${METRIC}","user"="${other}"}`,
    `{user="",__name__=~".+"}`,
    `push_time_seconds{user="${other}"}`,
    `up`,
    `scrape_samples_scraped`,
    `ALERTS{user="${other}"}`,
    `{user="${other}\\"}`,
    `{user="alice"} or {user="${other}"}`,
    `{user="${other}"} or ${METRIC}`,
  ];
  const wrapped = [`${METRIC}{user="${other}"}`, `{user=~".+"}`, METRIC].flatMap((selector) => [
    `sum(${selector})`,
    `sum by (user,node,instance) (${selector})`,
    `count(${selector})`,
    `max(${selector})`,
    `topk(100, ${selector})`,
    `group without () (${selector})`,
    `count_values("v", ${selector})`,
    `quantile(0.99, ${selector})`,
    `absent(${selector})`,
    `absent_over_time(${selector}[5m])`,
    `${selector}[5m]`,
    `${selector}[5m:1s]`,
    `last_over_time(${selector}[5m])`,
    `max_over_time(${selector}[5m:1s] offset 1s)`,
    `sum_over_time((${selector})[1m:1s])`,
    `sum(rate(${selector}[1m])) or sum(${selector})`,
    `${selector} offset 1s`,
    `${selector} @ end()`,
    `(((${selector})))`,
    `-${selector}`,
    `${selector} + 0`,
    `${selector} * on (class) group_left (user) ${selector}`,
    `${selector} and on () vector(1)`,
    `${selector} unless on (x) vector(1)`,
    `vector(0) or ${selector}`,
    `scalar(sum(${selector}))`,
    `vector(scalar(max(${selector})))`,
    `label_replace(${selector}, "user", "alice", "", "")`,
    `label_replace(${selector}, "user", "${other}", "", "")`,
    `label_join(${selector}, "user", ",", "node", "instance")`,
    `sort_desc(${selector})`,
    `timestamp(${selector})`,
    `histogram_quantile(0.9, ${selector})`,
  ]);
  return [...selectors, ...wrapped];
}

/** Queries put together of the parts above, most of them valid. */
export function hostileQuery(other: string): fc.Arbitrary<string> {
  const matcher = fc
    .tuple(
      fc.constantFrom('user', 'node', 'instance', '__name__', 'class', 'job'),
      fc.constantFrom('=', '!=', '=~', '!~'),
      fc.constantFrom(other, 'alice', '', '.*', '.+', `alice|${other}`, METRIC),
    )
    .map(([label, operator, value]) => `${label}${operator}"${value}"`);
  const selector = fc
    .tuple(fc.constantFrom(METRIC, '', 'push_time_seconds'), fc.array(matcher, { minLength: 1, maxLength: 4 }))
    .map(([name, matchers]) => `${name}{${[...matchers, 'job!=""'].join(',')}}`);
  return fc.letrec<{ vector: string }>((tie) => ({
    vector: fc.oneof(
      { maxDepth: 4 },
      selector,
      tie('vector').map((inner) => `sum by (user) (${inner})`),
      tie('vector').map((inner) => `topk(50, ${inner})`),
      tie('vector').map((inner) => `max_over_time((${inner})[1m:2s])`),
      tie('vector').map((inner) => `label_replace(${inner}, "x", "$1", "node", "(.*)")`),
      tie('vector').map((inner) => `vector(scalar(max(${inner})))`),
      fc
        .tuple(
          tie('vector'),
          fc.constantFrom('or', 'and on ()', 'unless on (x)', '+ on (class) group_left ()'),
          tie('vector'),
        )
        .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    ),
  })).vector;
}
