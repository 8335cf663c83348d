/**
 * Why a figure or a verdict is not known. Codes rather than sentences, so that the pure parts stay free of language;
 * `report/reason-words.ts` says each in Chinese and English.
 */
export const REASON_CODES = [
  // The Subscription-Userinfo header.
  'header_missing',
  'header_empty',
  'header_garbage',
  'header_all_zero',
  'figure_missing',
  'figure_empty',
  'figure_negative',
  'figure_invalid',
  'figure_too_large',
  'figure_repeated',
  'figures_rounded',
  'figures_not_split',
  'quota_unlimited',
  'expiry_none',
  'expiry_implausible',
  // Fetching it.
  'http_status',
  'http_forbidden',
  'http_rate_limited',
  'http_empty',
  'fetch_timeout',
  'fetch_name',
  'fetch_refused',
  'fetch_tls',
  'fetch_redirects',
  'fetch_failed',
  'json_invalid',
  'json_without',
  'kernel_secret',
  'kernel_provider',
  'kernel_figures',
  'link_spent',
  'proxy_unreachable',
  'proxy_sign_in',
  'proxy_no_route',
  'address_missing',
  // The devices' side.
  'prometheus_unreachable',
  'prometheus_refused',
  'prometheus_answer',
  'no_devices',
  'no_samples',
  'device_new',
  'device_silent',
  // The airport's side.
  'first_reading',
  'cycle_began',
  'clock_set_back',
  'reading_unchanged',
  'reading_fell',
  'reading_old',
  'lag_unknown',
  'habit_unknown',
  'readings_differ',
  // A window of the past.
  'readings_none',
  'reading_missing',
  'readings_kept',
  'readings_apart',
  'window_past',
  // The forecast.
  'quota_unknown',
  'use_unknown',
  'observed_too_short',
  'no_use',
  'plan_expired',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** One reason, with what it is about: a key of the header, a status code, a device. Never an URL or a secret. */
export interface Reason {
  readonly code: ReasonCode;
  readonly detail?: string;
}

export const reason = (code: ReasonCode, detail?: string): Reason => ({
  code,
  ...(detail === undefined ? {} : { detail }),
});
