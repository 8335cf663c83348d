import * as z from 'zod';
import { parseKernelAddress, parseListenPort } from '../core/addresses.ts';
import { deviceIdProblem } from '../core/device-id.ts';
import { DIMENSIONS } from '../core/metric-contract.ts';
import { httpUrlSetting, issue, listSetting } from '../core/settings.ts';
import { TEXTS as CORE_TEXTS } from '../core/texts.ts';
import { SETTINGS_TEXTS as TEXTS } from './texts.ts';

/** An address as users of the earlier FlowCollect write it: the host may stand alone, and a path such as the old `/report` is dropped. */
export const originSetting = () =>
  z
    .string()
    .transform((text) => (text.includes('://') ? text : `http://${text}`))
    .pipe(httpUrlSetting())
    .transform((text) => new URL(text).origin);

/** Where a kernel's API is, in the one spelling of `parseKernelAddress`. */
export const kernelAddressSetting = () =>
  z.string().transform((text, context) => {
    const address = parseKernelAddress(text);
    if (address === undefined) {
      context.addIssue({ code: 'custom', message: issue(TEXTS.kernelAddress) });
      return z.NEVER;
    }
    return address;
  });

/** The SHA-256 of a certificate as tools print it, `AB:CD:…` or without colons → upper case with colons. */
export const fingerprintSetting = () =>
  z.string().transform((text, context) => {
    const digits = text.replace(/^sha-?256[:=\s]*/i, '').replaceAll(/[:\s]/g, '');
    if (!/^[0-9a-f]{64}$/i.test(digits)) {
      context.addIssue({ code: 'custom', message: issue(TEXTS.fingerprint) });
      return z.NEVER;
    }
    return (digits.toUpperCase().match(/../g) ?? []).join(':');
  });

/** Names of dimensions; empty for none of them. */
export const familiesSetting = () =>
  listSetting().pipe(z.array(z.enum(DIMENSIONS, { message: issue(TEXTS.families(DIMENSIONS.join(', '))) })));

export const listenSetting = () =>
  z.string().transform((text, context) => {
    const address = parseListenPort(text, '127.0.0.1');
    if (address === undefined) {
      context.addIssue({ code: 'custom', message: issue(CORE_TEXTS.listen('127.0.0.1:9101', ':9101')) });
      return z.NEVER;
    }
    return address;
  });

export const deviceIdSetting = () =>
  z.string().superRefine((text, context) => {
    const problem = deviceIdProblem(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: issue(problem) });
  });

/** A header value: what a secret may hold so that it can be sent at all. */
export const secretSetting = () =>
  z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, { message: issue(CORE_TEXTS.headerCharacters) });
