import { deviceIdProblem, pushPath } from '../../core/device-id.ts';
import { type Refusal, refuse } from '../http/problem.ts';

const PREFIX = '/metrics/job/flowcollect/instance/';

export type PathRead = { readonly kind: 'device'; readonly deviceId: string } | Refusal;

/**
 * The DeviceID of a request's raw path. Only the one spelling that {@link pushPath} gives is taken: no query, no
 * further labels, no `@base64` forms, no encoded slashes or dots, nothing encoded that need not be.
 *
 * @param url as it stands in the request line
 */
export function readPushPath(url: string): PathRead {
  if (!url.startsWith('/metrics/')) return refuse('not_found', 'there is nothing here; devices push to their own path');
  if (!url.startsWith(PREFIX)) return badPath('must begin with the labels job "flowcollect" and instance only');
  const segment = url.slice(PREFIX.length);
  if (/[/?#]/.test(segment)) return badPath('must end after the DeviceID; a "/" or "?" within it is not possible');
  let deviceId: string;
  try {
    deviceId = decodeURIComponent(segment);
  } catch {
    return badPath('has a DeviceID that is not percent-encoded UTF-8');
  }
  const problem = deviceIdProblem(deviceId)?.en;
  if (problem !== undefined) return badPath(`has a DeviceID that ${problem}; change [client] DeviceID`);
  if (pushPath(deviceId) !== PREFIX + segment.replace(/%[0-9a-f]{2}/g, (encoded) => encoded.toUpperCase())) {
    return badPath('has a DeviceID that is not encoded as encodeURIComponent does');
  }
  return { kind: 'device', deviceId };
}

function badPath(problem: string): Refusal {
  return refuse('bad_path', `the path ${problem}: expected ${PREFIX}<DeviceID, percent-encoded>`);
}
