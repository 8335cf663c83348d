import { basename, dirname, resolve } from 'node:path';

/**
 * What is left to do beside docker-compose.yml, as commands.
 *
 * @param file the settings that were written; docker-compose.yml mounts the folder `config`
 * @param server the gateway as devices reach it, an `https://` address
 * @param password what stands for the password of Grafana until a person writes theirs
 */
export function dockerSteps(file: string, server: string, password: string): string[] {
  const mounted = basename(dirname(resolve(file))) === 'config';
  return [
    ...(mounted ? [] : [`mkdir -p config && mv ${file} config/ServerSetting.ini`]),
    // As whom the containers run.
    'sudo chown -R 1000 config',
    `mkdir -p secrets && printf %s '${password}' > secrets/grafana_password`,
    `echo FLOWCOLLECT_DOMAIN=${new URL(server).hostname} > .env`,
    'docker compose up -d --build',
  ];
}
