import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  type DashboardLink,
  DashboardLinkBuilder,
  type DynamicConfigValue,
  type FieldColor,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type MatcherConfig,
  type Panel,
  type Threshold,
  type ThresholdsConfig,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import type { Text, Translate, Translated } from '../../core/language.ts';

/** A panel in one language; a dashboard gives it its place. */
export type PanelDefinition = (translate: Translate) => Panel;

/** What reads the same in every language, or a text. */
export type PanelText = string | Text;

/** Every query goes through the variable, so that a dashboard can be pointed at another Prometheus. */
export const DATASOURCE = { type: 'prometheus', uid: `\${datasource}` } as const;

interface Target {
  /**
   * - `now`: one value a series at the end of the range
   * - `table`: the same as rows
   * - `trace`: values over the range
   */
  readonly kind: 'now' | 'table' | 'trace';
  readonly expr: string;
  readonly legend: PanelText;
}

export const now = (expr: string, legend: PanelText = ''): Target => ({ kind: 'now', expr, legend });
export const rows = (expr: string) => ({ kind: 'table', expr, legend: '' }) as const;
export const trace = (expr: string, legend: PanelText): Target => ({ kind: 'trace', expr, legend });

/** refId of the target at an index: A, B, … */
export function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function buildTarget({ kind, expr, legend }: Translated<Target>, index: number): DataqueryBuilder {
  const query = new DataqueryBuilder().refId(refId(index)).expr(expr).datasource(DATASOURCE);
  if (legend !== '') query.legendFormat(legend);
  if (kind === 'now' || kind === 'table') query.instant();
  else query.range();
  return query.format(kind === 'table' ? PromQueryFormat.Table : PromQueryFormat.TimeSeries);
}

/**
 * How values are coloured: by steps (the first has no lower bound), always the same, one colour a series, or that with
 * a line at a limit above which the plot is red.
 */
type Coloring = readonly Threshold[] | { readonly fixed: string } | 'by series' | { readonly limit: number };

/** A property of a field, by Grafana's id of it; its value may hold texts. */
export interface FieldProperty {
  readonly id: string;
  readonly value: NonNullable<unknown>;
}

/** Changes to the fields of one target, of one field or series by name, or of series that are below a value all the time. */
export interface Override {
  readonly of: { readonly target: string } | { readonly name: PanelText } | { readonly below: number };
  readonly properties: readonly FieldProperty[];
}

export interface PanelSpec {
  readonly title: Text;
  readonly description: Text;
  /** Grafana's id of a unit, such as `bytes` (base 1024). */
  readonly unit: PanelText;
  readonly targets: readonly Target[];
  readonly coloring: Coloring;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  /** What the panel says where it has no series, or a field without a value of its own words for that. */
  readonly noValue: Text;
  /** May hold texts, as the properties of overrides may. */
  readonly mappings?: readonly unknown[];
  readonly overrides?: readonly Override[];
  /** Where a click on a value leads. */
  readonly link?: { readonly title: Text; readonly url: string };
  /** The range of the panel, such as `30d`, where the time picker's would not fit. */
  readonly timeFrom?: string;
  /** The least step of its queries. */
  readonly interval?: string;
}

/** What all builders of panels have in common. */
interface PanelBuilder extends Builder<Panel> {
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: DataSourceRef): this;
  targets(targets: Builder<Dataquery>[]): this;
  unit(unit: string): this;
  decimals(decimals: number): this;
  min(min: number): this;
  max(max: number): this;
  noValue(text: string): this;
  mappings(mappings: ValueMapping[]): this;
  thresholds(thresholds: Builder<ThresholdsConfig>): this;
  colorScheme(color: Builder<FieldColor>): this;
  dataLinks(links: Builder<DashboardLink>[]): this;
  timeFrom(timeFrom: string): this;
  interval(interval: string): this;
  withOverride(override: { matcher: MatcherConfig; properties: DynamicConfigValue[] }): this;
}

/** Steps of colour from a lower bound on. */
export function steps(first: string, ...further: readonly (readonly [from: number, color: string])[]): Threshold[] {
  return [{ value: null, color: first }, ...further.map(([value, color]) => ({ value, color }))];
}

/** A kind of panel: what is made of a specification whose texts are in one language. */
export function kindOfPanel<S>(make: (spec: Translated<S>) => Panel): (spec: S) => PanelDefinition {
  return (spec) => (translate) => make(inLanguage(spec, translate) as Translated<S>);
}

/** The same with a string in the place of every text, however deep. */
function inLanguage(value: unknown, translate: Translate): unknown {
  if (Array.isArray(value)) return value.map((each) => inLanguage(each, translate));
  if (typeof value !== 'object' || value === null) return value;
  if ('zh' in value && 'en' in value) return translate(value as Text);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inLanguage(each, translate)]));
}

/** Gives a builder what every panel has, and closes it. */
export function finish(builder: PanelBuilder, spec: Translated<PanelSpec>): Panel {
  builder
    .title(spec.title)
    .description(spec.description)
    .datasource(DATASOURCE)
    .targets(spec.targets.map(buildTarget))
    .unit(spec.unit)
    .noValue(spec.noValue);
  color(builder, spec.coloring);
  if (spec.decimals !== undefined) builder.decimals(spec.decimals);
  if (spec.min !== undefined) builder.min(spec.min);
  if (spec.max !== undefined) builder.max(spec.max);
  if (spec.mappings !== undefined) builder.mappings([...spec.mappings] as ValueMapping[]);
  if (spec.timeFrom !== undefined) builder.timeFrom(spec.timeFrom);
  if (spec.interval !== undefined) builder.interval(spec.interval);
  if (spec.link !== undefined) builder.dataLinks([new DashboardLinkBuilder(spec.link.title).url(spec.link.url)]);
  for (const { of, properties } of spec.overrides ?? []) {
    builder.withOverride({ matcher: matcherOf(of), properties: [...properties] });
  }
  return builder.build();
}

function matcherOf(of: Translated<Override>['of']): MatcherConfig {
  if ('target' in of) return { id: 'byFrameRefID', options: of.target };
  if ('name' in of) return { id: 'byName', options: of.name };
  return { id: 'byValue', options: { reducer: 'max', op: 'lt', value: of.below } };
}

function color(builder: PanelBuilder, coloring: Coloring): void {
  const thresholds = (all: readonly Threshold[]): ThresholdsConfigBuilder =>
    new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...all]);
  if (coloring === 'by series') {
    // Steps are set even here: without them Grafana adds its own, red from 80 on.
    builder
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
      .thresholds(thresholds(steps('text')));
  } else if ('limit' in coloring) {
    builder
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
      .thresholds(thresholds(steps('transparent', [coloring.limit, 'red'])));
  } else if ('fixed' in coloring) {
    builder
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(coloring.fixed))
      .thresholds(thresholds(steps(coloring.fixed)));
  } else {
    builder.colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds)).thresholds(thresholds(coloring));
  }
}

/** The properties of an override that colours values always the same. */
export function always(color: string): FieldProperty {
  return { id: 'color', value: { mode: 'fixed', fixedColor: color } };
}

/** The property of an override that keeps series out of the legend; the plot and the tooltip still show them. */
export const UNLISTED: FieldProperty = { id: 'custom.hideFrom', value: { legend: true, tooltip: false, viz: false } };

/** The property of an override that leaves series out of everything. */
export const NOT_SHOWN: FieldProperty = { id: 'custom.hideFrom', value: { legend: true, tooltip: true, viz: true } };

/** The property of an override that renames a field or series. */
export function named(name: Text): FieldProperty {
  return { id: 'displayName', value: name };
}

/** A mapping of values to words in colours, in this order. */
export function words(options: readonly (readonly [value: string, text: Text, color: string])[]) {
  const each = options.map(([value, text, color], index) => [value, { text, color, index }]);
  return { type: MappingType.ValueToText, options: Object.fromEntries(each) };
}
