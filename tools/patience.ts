import { vi } from 'vitest';

/**
 * Gives every `vi.waitFor` half a minute at least, where Vitest would give one second: a wait ends as soon as its
 * condition holds, and that a machine has other work to do is no defect of what is tested.
 */
const LEAST_MS = 30_000;

const patient = Symbol.for('flowcollect.patient');
type WaitOptions = Exclude<Parameters<typeof vi.waitFor>[1], number | undefined>;
type WaitFor = typeof vi.waitFor & { [patient]?: true };

const before: WaitFor = vi.waitFor;
// Files share modules, and this runs once for each of them.
if (before[patient] !== true) {
  const waitFor: WaitFor = (look, options) => {
    const given: WaitOptions = typeof options === 'number' ? { timeout: options } : { ...options };
    return before(look, { ...given, timeout: Math.max(LEAST_MS, given.timeout ?? 0) });
  };
  waitFor[patient] = true;
  vi.waitFor = waitFor;
}
