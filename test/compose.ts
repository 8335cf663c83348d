import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

/** The checkout, with a slash at its end. */
export const root = fileURLToPath(new URL('..', import.meta.url));
/** The text of a file of the checkout. */
export const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');

/** docker-compose.yml; reading it fails where it holds what the tests do not look at. */
export const compose = z
  .object({
    services: z.record(
      z.string(),
      // Strict: what is not of the compose specification, or not looked at below, is refused.
      z.strictObject({
        image: z.string(),
        build: z.union([z.string(), z.strictObject({ context: z.literal('.'), target: z.string() })]).optional(),
        profiles: z.tuple([z.enum(['victoriametrics', 'thanos'])]).optional(),
        scale: z
          .string()
          .regex(/^\$\{FLOWCOLLECT_PROMETHEUS:-1\}$/)
          .optional(),
        restart: z.literal('unless-stopped'),
        user: z
          .string()
          .regex(/^[1-9]\d*(:\d+)?$/)
          .optional(),
        read_only: z.literal(true),
        tmpfs: z.array(z.string()),
        cap_drop: z.tuple([z.literal('ALL')]),
        security_opt: z.tuple([z.literal('no-new-privileges:true')]),
        logging: z.strictObject({ driver: z.literal('json-file'), options: z.record(z.string(), z.string()) }),
        mem_limit: z.string().regex(/^\d+m$/),
        stop_grace_period: z
          .string()
          .regex(/^\d+[sm]$/)
          .optional(),
        healthcheck: z.strictObject({
          test: z.tuple([z.literal('CMD')], z.string()),
          interval: z.string(),
          timeout: z.string(),
          retries: z.number(),
          start_period: z.string(),
        }),
        depends_on: z
          .union([
            z.array(z.string()),
            z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).transform(Object.keys),
          ])
          .default([]),
        command: z.array(z.string()).default([]),
        environment: z.record(z.string(), z.string()).default({}),
        networks: z.array(z.string()),
        ports: z.array(z.string()).default([]),
        volumes: z.array(z.string()).default([]),
        secrets: z.array(z.string()).default([]),
      }),
    ),
    networks: z.record(z.string(), z.object({ internal: z.boolean().default(false) })),
    volumes: z.record(z.string(), z.object({})),
    secrets: z.record(z.string(), z.object({ file: z.string() })),
  })
  // Counted with what they name in turn, the anchors of one service are many.
  .parse(parse(read('docker-compose.yml'), { merge: true, maxAliasCount: 1000 }));
export const services = Object.entries(compose.services);
/** The services that only start where the profile is asked for. */
export const ofProfile = (name: 'victoriametrics' | 'thanos') =>
  services.filter(([, { profiles }]) => profiles?.[0] === name);
