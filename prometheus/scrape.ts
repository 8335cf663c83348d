/** `host:port` of what Prometheus scrapes, itself included. */
export interface ScrapeTargets {
  readonly pushgateway: string;
  readonly auditor: string;
  readonly gateway: string;
  readonly alertmanager: string;
  readonly prometheus: string;
}

/**
 * prometheus.yml. Labels that devices pushed under (job, user, instance) must win over those of the scrape; `user` and
 * `instance` at auditor and gateway name devices too, not the service.
 *
 * @param rules a glob; a relative one begins at the folder of prometheus.yml
 * @param remoteWrite where every sample is copied, those of the rules too
 */
export function prometheusConfig(
  targets: ScrapeTargets,
  rules: string,
  scrapeSeconds: number,
  remoteWrite: string | undefined,
) {
  const job = (name: keyof ScrapeTargets, honorLabels: boolean) => ({
    job_name: name,
    ...(honorLabels ? { honor_labels: true } : {}),
    static_configs: [{ targets: [targets[name]] }],
  });
  return {
    global: { scrape_interval: `${scrapeSeconds}s`, evaluation_interval: `${scrapeSeconds}s` },
    rule_files: [rules],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [targets.alertmanager] }] }] },
    scrape_configs: [
      job('pushgateway', true),
      job('auditor', true),
      job('gateway', true),
      job('alertmanager', false),
      job('prometheus', false),
    ],
    ...(remoteWrite === undefined ? {} : { remote_write: [{ url: remoteWrite }] }),
  };
}
