/** One device of one user: what a push is stored under. */
export interface Device {
  readonly user: string;
  readonly deviceId: string;
}

/** A text that no other device shares: neither part can hold a control character. */
export function deviceKey({ user, deviceId }: Device): string {
  return `${user}\n${deviceId}`;
}
