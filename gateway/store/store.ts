import type { Device } from '../access/device.ts';

/** What became of a push on its way to the store. */
export type Delivery =
  | { readonly kind: 'delivered' }
  /** It answered, but not with yes: it does not have the push. */
  | { readonly kind: 'declined'; readonly status: number; readonly answer: string }
  /** It does not have the push: no connection was made. */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** It may have the push: the connection broke or the answer did not come in time. */
  | { readonly kind: 'in_doubt'; readonly code: string };

/** What takes the pushes that were let through: Pushgateway, or VictoriaMetrics in its place. */
export interface Store {
  /** As people know it. */
  readonly name: 'Pushgateway' | 'VictoriaMetrics';
  /** The setting that says where it is, such as `[server] PushgatewayAddr`. */
  readonly setting: string;
  /** Whether a device is shown only while something is written of it: then somebody must repeat what it said last. */
  readonly forgets: boolean;
  /**
   * The series of a device are those of the text from now on.
   *
   * @param at when the device pushed them, in epoch milliseconds
   */
  put(device: Device, text: Uint8Array, at: number): Promise<Delivery>;
  /** The series of a device are not shown from now on; removing one that is not there succeeds. */
  remove(device: Device): Promise<Delivery>;
  /** When it started, as it says so; undefined while it does not answer. */
  startedAt(): Promise<string | undefined>;
  /**
   * When each device of FlowCollect was pushed last, in Unix seconds, by `deviceKey`.
   *
   * @throws when it does not answer, or not as it should
   */
  pushTimes(): Promise<ReadonlyMap<string, number>>;
  close(): Promise<void>;
}
