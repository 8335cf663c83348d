import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { contractOf, FOREIGN_METRICS, RECORDED_METRICS, scopeOf } from '../../grafana/promql/select.ts';

/** Functions that make a rate or a span of a counter; only such a use of one means something. */
const COUNTER_FUNCTIONS = ['rate', 'irate', 'resets', 'changes'];
/** Labels that a push path or a scrape adds. */
const COMMON_LABELS = ['job', 'user', 'instance'];

/** Stands in for Grafana's variables, so that a query parses. */
function withoutVariables(expr: string): string {
  return expr
    .replaceAll(/\$__(?:range|interval|rate_interval)\b/g, '5m')
    .replaceAll(`\${__to:date:seconds}`, '1760000000')
    .replaceAll(/\$([a-z]\w*)/g, 'variable_$1');
}

interface Parsed {
  readonly text: string;
  readonly tree: Tree;
}

/**
 * What is wrong with one query: names and labels outside the contract, selectors that ignore the dashboard's variables,
 * counters shown bare, sums that extrapolate, gauges of devices that may be dead.
 *
 * @param instant whether it is evaluated at one instant
 */
export function promqlProblems(expr: string, instant: boolean): string[] {
  const text = withoutVariables(expr);
  const parsed = { text, tree: parser.parse(text) };
  const broken = nodes(parsed).find((node) => node.type.isError);
  if (broken !== undefined) return [`does not parse at ${broken.from}: ${text.slice(broken.from, broken.from + 30)}`];
  const problems: string[] = [];
  if (/\bincrease\s*\(|\bdelta\s*\(/.test(text)) problems.push('extrapolates a sum (increase, delta)');
  if (instant && /@\s*(start|end)\(\)/.test(text)) problems.push('@ start() and @ end() are one instant here');
  if (/\b(?:irate|rate)\(/.test(text) && /\b(?:irate|rate)\([^[]*\[(?!\$__rate_interval)/.test(expr)) {
    problems.push('a rate over another range than $__rate_interval');
  }
  const labels = new Set<string>(COMMON_LABELS);
  for (const selector of nodes(parsed).filter((node) => node.name === 'VectorSelector')) {
    problems.push(...selectorProblems(parsed, selector, labels));
  }
  for (const made of text.matchAll(/(?:count_values\(|label_replace\(.*?, )"(\w+)"/g)) labels.add(made[1] ?? '');
  for (const node of nodes(parsed).filter((each) => each.name === 'GroupingLabels')) {
    for (const label of source(parsed, node)
      .replaceAll(/[()\s]/g, '')
      .split(',')
      .filter((each) => each !== '')) {
      if (!labels.has(label)) problems.push(`groups by ${label}, which no metric of the query has`);
    }
  }
  return problems;
}

function selectorProblems(parsed: Parsed, selector: SyntaxNode, labels: Set<string>): string[] {
  const name = source(parsed, selector).split('{')[0]?.trim() ?? '';
  const known = FOREIGN_METRICS.get(name) ?? RECORDED_METRICS.get(name) ?? contractOf(name)?.labels;
  if (known === undefined) return [`${name} is not in the contract`];
  for (const label of known) labels.add(label);
  const problems: string[] = [];
  const matchers = descendants(selector).filter((node) => /LabelMatcher$/.test(node.name));
  const matched = matchers.map((node) => source(parsed, node).split(/[=!]/)[0]?.trim() ?? '');
  for (const label of matched) {
    if (![...known, ...COMMON_LABELS].includes(label)) problems.push(`${name} has no label ${label}`);
  }
  for (const scope of scopeOf(name)) {
    if (!source(parsed, selector).includes(withoutVariables(scope)))
      problems.push(`${name} is not narrowed by ${scope}`);
  }
  const spec = contractOf(name);
  if (spec?.type === 'counter' && !isSpan(parsed, selector)) problems.push(`${name} is a counter, shown bare`);
  if (spec?.type === 'gauge' && spec.owner === 'exporter' && !isMasked(parsed, selector)) {
    problems.push(`${name} of a silent device would be shown`);
  }
  return problems;
}

/** Whether a counter is inside a rate, a count of series, or a difference of counters. */
function isSpan(parsed: Parsed, selector: SyntaxNode): boolean {
  return ancestors(selector).some((node) => {
    const text = source(parsed, node);
    if (node.name === 'FunctionCall') return COUNTER_FUNCTIONS.some((each) => text.startsWith(`${each}(`));
    if (node.name === 'AggregateExpr') return text.startsWith('count');
    return node.name === 'BinaryExpr' && node.getChild('Sub') !== null && (text.match(/_total\{/g) ?? []).length > 1;
  });
}

/** Whether a gauge is shown only where the device's last push is young. */
function isMasked(parsed: Parsed, selector: SyntaxNode): boolean {
  return ancestors(selector).some(
    (node) =>
      node.name === 'BinaryExpr' &&
      node.getChild('And') !== null &&
      /push_time_seconds\{[^}]*\}\) </.test(source(parsed, node)),
  );
}

const source = ({ text }: Parsed, { from, to }: SyntaxNode): string => text.slice(from, to);

function nodes({ tree }: Parsed): SyntaxNode[] {
  return descendants(tree.topNode);
}

function descendants(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child, ...descendants(child));
  return found;
}

function ancestors(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let parent = node.parent; parent !== null; parent = parent.parent) found.push(parent);
  return found;
}
