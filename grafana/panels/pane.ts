import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  type DashboardLink,
  DashboardLinkBuilder,
  type DynamicConfigValue,
  type FieldColor,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  type Threshold,
  type ThresholdsConfig,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { buildTarget, DATASOURCE, type Target } from './target.ts';

/** A panel with the room it takes: columns of 24, rows of 30 pixels. */
export interface Pane {
  readonly panel: Panel;
  readonly width: number;
  readonly height: number;
}

/** How values are coloured: by steps (the first has no lower bound), always the same, or one colour a series. */
export type Coloring = readonly Threshold[] | { readonly fixed: string } | 'by series';

/** Changes to the fields of one target, or of one field or series by name or pattern. */
export interface Override {
  readonly of: { readonly target: string } | { readonly name: string } | { readonly pattern: string };
  readonly properties: readonly DynamicConfigValue[];
}

export interface PaneSpec {
  readonly title: string;
  readonly description: string;
  /** Grafana's id of a unit, such as `bytes` (base 1024). */
  readonly unit: string;
  readonly size: readonly [width: number, height: number];
  readonly targets: readonly Target[];
  readonly coloring: Coloring;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  /** Shown where there is no value. */
  readonly noValue?: string;
  readonly mappings?: readonly ValueMapping[];
  readonly overrides?: readonly Override[];
  /** Where a click on a value leads. */
  readonly link?: { readonly title: string; readonly url: string };
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
  overrideByName(name: string, properties: DynamicConfigValue[]): this;
  overrideByRegexp(pattern: string, properties: DynamicConfigValue[]): this;
  overrideByQuery(refId: string, properties: DynamicConfigValue[]): this;
}

/** Steps of colour from a lower bound on. */
export function steps(first: string, ...further: readonly (readonly [from: number, color: string])[]): Threshold[] {
  return [{ value: null, color: first }, ...further.map(([value, color]) => ({ value, color }))];
}

/** Gives a builder what every panel has, and closes it. */
export function finish(builder: PanelBuilder, spec: PaneSpec): Pane {
  builder
    .title(spec.title)
    .description(spec.description)
    .datasource(DATASOURCE)
    .targets(spec.targets.map(buildTarget))
    .unit(spec.unit);
  color(builder, spec.coloring);
  if (spec.decimals !== undefined) builder.decimals(spec.decimals);
  if (spec.min !== undefined) builder.min(spec.min);
  if (spec.max !== undefined) builder.max(spec.max);
  if (spec.noValue !== undefined) builder.noValue(spec.noValue);
  if (spec.mappings !== undefined) builder.mappings([...spec.mappings]);
  if (spec.timeFrom !== undefined) builder.timeFrom(spec.timeFrom);
  if (spec.interval !== undefined) builder.interval(spec.interval);
  if (spec.link !== undefined) builder.dataLinks([new DashboardLinkBuilder(spec.link.title).url(spec.link.url)]);
  for (const { of, properties } of spec.overrides ?? []) {
    if ('target' in of) builder.overrideByQuery(of.target, [...properties]);
    else if ('name' in of) builder.overrideByName(of.name, [...properties]);
    else builder.overrideByRegexp(of.pattern, [...properties]);
  }
  const [width, height] = spec.size;
  return { panel: builder.build(), width, height };
}

function color(builder: PanelBuilder, coloring: Coloring): void {
  const thresholds = (all: readonly Threshold[]): ThresholdsConfigBuilder =>
    new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...all]);
  if (coloring === 'by series') {
    // Steps are set even here: without them Grafana adds its own, red from 80 on.
    builder
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
      .thresholds(thresholds(steps('text')));
  } else if ('fixed' in coloring) {
    builder
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(coloring.fixed))
      .thresholds(thresholds(steps(coloring.fixed)));
  } else {
    builder.colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds)).thresholds(thresholds(coloring));
  }
}

/** The properties of an override that colours values always the same. */
export function always(color: string): DynamicConfigValue {
  return { id: 'color', value: { mode: 'fixed', fixedColor: color } };
}

/** The property of an override that renames a field or series. */
export function named(name: string): DynamicConfigValue {
  return { id: 'displayName', value: name };
}
