import type { Language } from '../../core/language.ts';
import { formatBytes } from '../../core/units.ts';
import { errorCode } from '../../runtime/error-code.ts';
import { bad, clockFinding, type Finding, good, warning } from '../../runtime/findings.ts';
import { requestHttp } from '../../runtime/http.ts';
import { type Prometheus, PrometheusError } from '../../runtime/prometheus.ts';
import { type AirportClient, currentReading, FRESH_FOR } from '../airport/fetch.ts';
import type { Subscription } from '../airport/settings.ts';
import type { MailConfig, TelegramConfig } from '../config.ts';
import { wordsOf } from '../messages/report.ts';
import { reasonText } from '../messages/writing.ts';
import { checkSignIn } from '../notify/mail-sender.ts';
import type { AirportState } from '../state/audit-state.ts';
import { askBotName } from '../telegram/bot.ts';
import { storeReach } from '../usage/stored-series.ts';

const ANSWER_MS = 10_000;

/** Those of its last scrapes: what it was configured with before a restart is in its answers for five more minutes. */
const SILENT_TARGETS = 'up == 0 and timestamp(up) > time() - 60';

/** A device that is gone leaves samples of the last five minutes, which look as if the store had no newer ones. */
const LATE = 10 * 60_000;

/** Whether Prometheus answers, reads all that it should, has devices, and what was scraped lately. */
export async function checkPrometheus(prometheus: Prometheus, address: string): Promise<Finding[]> {
  try {
    const silent = await prometheus.instant(SILENT_TARGETS);
    const [devices] = await prometheus.instant('count(count by (user, instance) (flowcollect_kernel_up))');
    const count = devices?.value ?? 0;
    const now = Date.now();
    const behind = now - (await storeReach(prometheus, now));
    const minutes = Math.round(behind / 60_000);
    return [
      good({ zh: `Prometheus ${address}，设备 ${count} 台`, en: `Prometheus ${address}, devices: ${count}` }),
      ...(behind <= LATE
        ? []
        : [
            bad({
              zh: `Prometheus ${address} 还没有最近 ${minutes} 分钟的数据，在此之前设备用量未知：请检查抓取和 remote_write`,
              en: `Prometheus ${address} has nothing of the last ${minutes} min yet, and until then what devices used is unknown: look at its scrapes and remote_write`,
            }),
          ]),
      ...silent.map(({ labels: { job = '', instance = '' } }) =>
        bad({
          zh: `Prometheus 读不到 ${job}（${instance}）：请启动它，或检查 prometheus.yml 里的地址`,
          en: `Prometheus cannot read ${job} (${instance}): start it, or look at its address in prometheus.yml`,
        }),
      ),
    ];
  } catch (error) {
    if (error instanceof PrometheusError) return [bad(error.text)];
    throw error;
  }
}

/** Whether what the gateway writes to is ready. @param setting that names it */
export async function checkStore(
  name: 'Pushgateway' | 'VictoriaMetrics',
  setting: 'PushgatewayAddr' | 'VictoriaMetricsAddr',
  address: string,
): Promise<Finding> {
  const path = name === 'Pushgateway' ? '/-/ready' : '/health';
  try {
    const { status } = await requestHttp(`${address.replace(/\/$/, '')}${path}`, { timeout: ANSWER_MS });
    if (status === 200) return good({ zh: `${name} ${address} 可用`, en: `${name} ${address} is ready` });
    return bad({
      zh: `${address} 应答 ${status}，不像可用的 ${name}：请看它的日志，并检查 [server] ${setting}`,
      en: `${address} answers ${status} and not as a ready ${name} does: look at its log, and at [server] ${setting}`,
    });
  } catch (error) {
    const code = errorCode(error);
    return bad({
      zh: `${name} ${address} 没有应答（${code}）：请启动它，或修改 [server] ${setting}`,
      en: `${name} does not answer at ${address} (${code}): start it, or change [server] ${setting}`,
    });
  }
}

/** What an airport says of itself, as of now or a few minutes ago. */
export async function checkAirport(
  client: AirportClient,
  subscription: Subscription,
  known: AirportState,
  now: number,
): Promise<Finding> {
  const { name } = subscription;
  const outcome = await currentReading(client, subscription, known, now, FRESH_FOR);
  if (!outcome.known) {
    const why = (language: Language) => reasonText(wordsOf(language), outcome.reasons);
    return bad({ zh: `机场 ${name}：${why('zh')}`, en: `airport ${name}: ${why('en')}` });
  }
  const { used, quota } = outcome.reading;
  return good({
    zh: `机场 ${name}：已用 ${formatBytes(used)}${quota === null ? '' : `，共 ${formatBytes(quota)}`}`,
    en: `airport ${name}: ${formatBytes(used)} used${quota === null ? '' : ` of ${formatBytes(quota)}`}`,
  });
}

/**
 * Compares this machine's clock with the Date header of a server elsewhere.
 *
 * @param address its host is asked, and its path, which may be a secret, left out
 * @returns undefined where it does not answer or names no date
 */
export async function checkServerClock(address: string, clock: () => number): Promise<Finding | undefined> {
  const { origin, host } = new URL(address);
  const asked = clock();
  const answer = await requestHttp(origin, { method: 'HEAD', timeout: ANSWER_MS }).catch(() => undefined);
  return clockFinding(
    answer?.header('date'),
    { asked, answered: clock() },
    { zh: ` ${host} `, en: host },
    { zh: '每天的起止和日报的时间都会错', en: 'days and reports are off' },
  );
}

/** Signs in at the mail server, and sends nothing. */
export async function checkMail(mail: MailConfig | undefined): Promise<Finding> {
  if (mail === undefined) {
    return warning({
      zh: '没有设置 [smtp] 的 EmailUser 和 EmailTo：日报不会寄出',
      en: 'EmailUser and EmailTo of [smtp] are not set: no report is mailed',
    });
  }
  const failure = await checkSignIn(mail);
  if (failure !== undefined) return bad(failure.text);
  const place = `${mail.host}:${mail.port}`;
  return good({ zh: `邮箱 ${mail.user} 已登录 ${place}`, en: `mail: ${mail.user} was signed in at ${place}` });
}

/** Whether Telegram knows the bot. @returns undefined without one */
export async function checkTelegram(config: TelegramConfig | undefined): Promise<Finding | undefined> {
  if (config === undefined) return undefined;
  const asked = await askBotName(config);
  if ('name' in asked) {
    return good({ zh: `Telegram 机器人 @${asked.name}`, en: `Telegram bot @${asked.name}` });
  }
  return bad(
    asked.problem === 'token'
      ? {
          zh: 'Telegram 不认识这个机器人：请把 [telegram] BotToken 改成 @BotFather 给出的',
          en: 'Telegram does not know this bot: make [telegram] BotToken what @BotFather gave',
        }
      : {
          zh: 'Telegram 连不上：请检查网络，或在 [telegram] Proxy 写一个代理',
          en: 'Telegram cannot be reached: check the network, or name a proxy in [telegram] Proxy',
        },
  );
}
