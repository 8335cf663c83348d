/** Why a request was not served, and the HTTP status that says so. */
const STATUS_OF_CODE = {
  unauthorized: 401,
  slow_down: 429,
  other_device: 403,
  not_found: 404,
  method_not_allowed: 405,
  bad_path: 400,
  bad_state_header: 400,
  bad_body: 400,
  not_exposition: 400,
  not_in_contract: 400,
  unsupported_encoding: 415,
  too_large: 413,
  no_room: 403,
  counter_fell: 409,
  held_by_another_state: 409,
  sequence_old: 409,
  still_pushing: 409,
  not_stored_yet: 409,
  prometheus_down: 503,
  busy: 503,
  storage_failed: 503,
  pushgateway_down: 503,
  pushgateway_refused: 502,
} as const;

export type RefusalCode = keyof typeof STATUS_OF_CODE;

/** All codes, so that a metric can be born at 0 for each. */
export const REFUSAL_CODES = Object.keys(STATUS_OF_CODE) as readonly RefusalCode[];

export interface Refusal {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  /** What is wrong, where, and how to mend it; never a secret. */
  readonly message: string;
  /** Further fields of the JSON answer, such as the series that fell. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export function refuse(code: RefusalCode, message: string, details?: Readonly<Record<string, unknown>>): Refusal {
  return { kind: 'refused', code, message, ...(details === undefined ? {} : { details }) };
}

export function statusOf(code: RefusalCode): number {
  return STATUS_OF_CODE[code];
}

/** Whether the fault lies behind the door: the same push may succeed later. */
export function isFailure(code: RefusalCode): boolean {
  return statusOf(code) >= 500;
}
