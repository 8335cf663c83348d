import { z } from 'zod';
import { namedSchema, parseJson } from '../../core/json.ts';
import { reason } from '../verdict/reading.ts';
import { type Origin, reasonOfStatus } from './origins.ts';
import { parseUserinfo } from './subscription.ts';

/** A kernel lists every node of every provider with the history of its checks. */
const PROVIDERS_BYTES = 32 * 2 ** 20;

const kernelFigure = z.number().nullish();
const providersSchema = z.object({
  providers: namedSchema(
    z.object({
      updatedAt: z.string().optional(),
      subscriptionInfo: z
        .object({ Upload: kernelFigure, Download: kernelFigure, Total: kernelFigure, Expire: kernelFigure })
        .nullish(),
    }),
  ),
});

/**
 * What a Mihomo kernel remembers of a provider's header (`subscriptionInfo` of `/providers/proxies`), for airports that
 * the VPS must not ask: those of one-time links, or that only admit the device. Its figures are of the instant at which
 * the kernel last fetched the provider. A kernel keeps the last figures where the airport leaves the header out later,
 * and some builds tell zeros for "none".
 */
export const kernelOrigin: Origin = {
  request: (address, { secret }) => ({
    url: `${address.replace(/\/+$/, '')}/providers/proxies`,
    headers: secret === undefined ? {} : { Authorization: `Bearer ${secret}` },
  }),
  async read(response, { provider = '' }) {
    if (response.status === 401) return { reason: reason('kernel_secret') };
    if (response.status !== 200) return { reason: reasonOfStatus(response) };
    const json = parseJson((await response.body(PROVIDERS_BYTES)).trim());
    if (json === undefined) return { reason: reason('json_invalid') };
    const parsed = providersSchema.safeParse(json);
    if (!parsed.success) return { reason: reason('json_without', String(parsed.error.issues[0]?.path.join('.'))) };
    const found = parsed.data.providers.get(provider);
    if (found === undefined) return { reason: reason('kernel_provider', provider) };
    const { subscriptionInfo: info, updatedAt = '' } = found;
    if (info === undefined || info === null) return { reason: reason('kernel_figures', provider) };
    const { Upload, Download, Total, Expire } = info;
    const written = [
      ['upload', Upload],
      ['download', Download],
      ['total', Total],
      ['expire', Expire],
    ].flatMap(([key, value]) => (value === undefined || value === null ? [] : [`${key}=${value}`]));
    const fetched = Date.parse(updatedAt);
    // Year 1 stands for "never"; a clock that runs ahead tells nothing.
    const at = fetched > 0 && fetched <= response.at ? fetched : response.at;
    return { quota: parseUserinfo(written.join('; ')), at };
  },
};
