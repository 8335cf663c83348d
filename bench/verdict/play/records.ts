import type { Amendment } from '../../../auditor/amend/amendments.ts';
import type { AuditorConfig } from '../../../auditor/config.ts';
import type { TrafficClass } from '../../../core/traffic.ts';

/** All times are epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What an airport sent back, or why nothing came. */
export interface AirportAnswer {
  readonly time: number;
  readonly airport: string;
  /** HTTP status; 200 by default. */
  readonly status?: number;
  /** The value of `Subscription-Userinfo`. */
  readonly header?: string;
  /** The value of `subscription-refill-date`. */
  readonly refill?: string;
  /** The beginning of the body, such as a `STATUS=` line. */
  readonly body?: string;
  /** A code of the auditor's reasons, such as `fetch_timeout`; then nothing came. */
  readonly failure?: string;
}

/** What one device moved over one node, evenly over a span. */
export interface Use extends Span {
  readonly user: string;
  readonly device: string;
  readonly provider: string;
  readonly node: string;
  readonly class: TrafficClass;
  readonly direction: 'upload' | 'download';
  readonly bytes: number;
  /** Whether the kernel leaves it out of its totals: dialer-proxy hops and the kernel's own DNS. */
  readonly uncounted: boolean;
}

/** Health checks that a kernel made over one node, evenly over a span. */
export interface Checks extends Span {
  readonly user: string;
  readonly device: string;
  readonly provider: string;
  readonly node: string;
  readonly count: number;
}

/** A time in which a device lost sight of its kernel, and says so afterwards. */
export interface Loss extends Span {
  /** What may have moved through proxies meanwhile and is in no counter, as the device estimates it from above. */
  readonly bytes: number;
  /** Seconds that no frame covers. */
  readonly unobserved: number;
  /** Whether the kernel was another one afterwards. */
  readonly restart: boolean;
}

/** When a device pushed. */
export interface Device {
  readonly user: string;
  readonly device: string;
  /** Null for one that was there long before. */
  readonly firstPush: number | null;
  /** Null for one that goes on. */
  readonly lastPush: number | null;
  /** Spans without a push; what moved meanwhile comes at their end. */
  readonly silences: readonly Span[];
  readonly losses: readonly Loss[];
}

/** What a person said, and when. */
export interface TimedAmendment {
  readonly time: number;
  readonly amendment: Amendment;
}

/** Everything that happened in the days that are played. */
export interface PlayedDays {
  readonly config: AuditorConfig;
  readonly answers: readonly AirportAnswer[];
  readonly use: Iterable<Use>;
  readonly checks: Iterable<Checks>;
  readonly devices: readonly Device[];
  readonly amendments: readonly TimedAmendment[];
}
