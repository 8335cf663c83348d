import type { Quota } from '../verdict/reading.ts';
import type { Reason } from '../verdict/reason.ts';

/** Where an airport's figures come from: `Origin` of `[airport.NAME]`. */
export const ORIGINS = ['subscription', 'counter', 'kernel'] as const;
export type OriginName = (typeof ORIGINS)[number];

/** What to ask an origin, and what signs in. */
export interface AirportRequest {
  /** Never logged, never shown. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer of an origin; its body is read no further than somebody asks for. */
export interface AirportResponse {
  readonly status: number;
  /** When it came, epoch milliseconds. */
  readonly at: number;
  /** The first header whose name, in lower case, fits, without spaces around it. */
  header(fits: (name: string) => boolean): string | undefined;
  /** The first bytes of the body, unpacked; fewer when it ends or fails before. */
  body(most: number): Promise<string>;
}

/** What an answer says: figures, with the instant that they are of where it is not that of the answer; or why none. */
export type OriginResult = { readonly quota: Quota; readonly at?: number } | { readonly reason: Reason };

/** One kind of source. Adding another kind of airport is adding one of these. */
export interface Origin {
  /** @param address as the settings have it */
  request(address: string, options: OriginOptions): AirportRequest;
  read(response: AirportResponse, options: OriginOptions): Promise<OriginResult>;
}

/** What else the settings say of an origin. */
export interface OriginOptions {
  /** Of the kernel's API. */
  readonly secret?: string;
  /** The name that the kernel has for the airport. */
  readonly provider?: string;
}
