import type { Text, Translated } from '../../core/language.ts';
import { formatBytes } from '../../core/units.ts';
import type { ReasonCode } from '../verdict/reading.ts';
import type { Interval } from '../verdict/use.ts';

const MIB = 2 ** 20;

/** Sizes as texts in one language; what is not a number, or has no end, is never printed as one. */
export interface Figures {
  size(bytes: number | null): string;
  /** One size where both ends read alike. */
  range(interval: Interval): string;
}

export function figuresOf(words: { readonly unknown: string; atLeast(size: string): string }): Figures {
  const size = (bytes: number | null): string =>
    bytes === null || !Number.isFinite(bytes) ? words.unknown : formatBytes(bytes);
  return {
    size,
    range({ low, high }) {
      if (!Number.isFinite(high)) return Number.isFinite(low) ? words.atLeast(formatBytes(low)) : words.unknown;
      return size(low) === size(high) ? size(low) : `${size(low)}–${size(high)}`;
    },
  };
}

/** Factors such as `2×` or `1.93–2.07×`. */
export function factorText({ low, high }: Interval): string {
  const [least, most] = [rounded(low), rounded(high)];
  return least === most ? `${least}×` : `${least}–${most}×`;
}

const rounded = (factor: number): string => String(Math.round(factor * 100) / 100);

/** A share above or below a whole, such as `+1.8 %`; undefined where that reads as none. */
export function aboveWhole(ratio: number): string | undefined {
  const percent = ((ratio - 1) * 100).toFixed(1);
  if (!Number.isFinite(ratio) || Number(percent) === 0) return undefined;
  return `${Number(percent) > 0 ? '+' : ''}${percent} %`;
}

/** Bytes as `--per-day` takes them. */
export function sizeArgument(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / MIB))}MiB`;
}

/** A name as a shell takes it for one word. */
export function nameArgument(name: string): string {
  return /^[\p{L}\p{N}_.@%+:,/-]+$/u.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

/** Longer than any name that tells something: an airport could fill a mail with one. */
const LONGEST = 80;
/** What begins a new line, and what turns the direction of the text around it. */
const UNRULY = /[\s\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * A name that others chose (nodes, devices, hosts) as people see it: on one line, so that it cannot pass
 * for a line of the report, and not endless.
 */
export function shownName(name: string): string {
  const characters = [...onOneLine(name)];
  return characters.length <= LONGEST ? characters.join('') : `${characters.slice(0, LONGEST - 1).join('')}…`;
}

/** A text that others wrote, on one line. */
export function onOneLine(text: string): string {
  return text.replace(UNRULY, ' ').trim();
}

/** Reasons as one text, such as `响应里没有流量信息`. */
export function reasonText(
  words: { readonly reasons: Translated<typeof REASONS>; readonly separator: string },
  reasons: readonly { code: ReasonCode; detail?: string }[],
): string {
  return reasons.map(({ code, detail }) => words.reasons[code](onOneLine(detail ?? ''))).join(words.separator);
}

/** Why a figure or verdict is not known; the detail is a header key, a status code, an address or a device. */
export const REASONS: Readonly<Record<ReasonCode, (detail: string) => Text>> = {
  header_missing: () => ({
    zh: '响应里没有 Subscription-Userinfo 流量信息',
    en: 'the answer has no Subscription-Userinfo header',
  }),
  header_empty: () => ({ zh: '流量信息是空的', en: 'the header is empty' }),
  header_garbage: () => ({ zh: '流量信息无法识别', en: 'the header cannot be read' }),
  header_all_zero: () => ({ zh: '流量信息全是 0，不可信', en: 'the header is all zero, which is not to be trusted' }),
  figure_missing: (key) => ({ zh: `流量信息缺少 ${key}`, en: `the header has no ${key}` }),
  figure_empty: (key) => ({ zh: `流量信息中 ${key} 为空`, en: `${key} in the header is empty` }),
  figure_negative: (key) => ({ zh: `流量信息中 ${key} 是负数`, en: `${key} in the header is negative` }),
  figure_invalid: (key) => ({ zh: `流量信息中 ${key} 不是数字`, en: `${key} in the header is not a number` }),
  figure_too_large: (key) => ({
    zh: `流量信息中 ${key} 大得不可信`,
    en: `${key} in the header is too large to be true`,
  }),
  figure_repeated: (key) => ({
    zh: `流量信息中 ${key} 出现多次且不一致，取最后一个`,
    en: `${key} appears more than once in the header and differs; the last counts`,
  }),
  figures_rounded: () => ({ zh: '机场给出的是约数', en: 'the airport gives rounded figures' }),
  figures_not_split: () => ({ zh: '机场不区分上传和下载', en: 'the airport does not tell upload from download' }),
  quota_unlimited: () => ({ zh: '套餐不限量', en: 'the plan is unlimited' }),
  expiry_none: () => ({ zh: '没有到期时间（长期有效或未设置）', en: 'there is no expiry (never, or not set)' }),
  expiry_implausible: () => ({ zh: '到期时间不可信', en: 'the expiry is not plausible' }),
  http_status: (status) => ({ zh: `机场返回 HTTP ${status}`, en: `the airport answered HTTP ${status}` }),
  http_forbidden: (status) => ({
    zh: `机场拒绝访问（HTTP ${status}）：订阅链接可能已失效或被重置`,
    en: `the airport refused (HTTP ${status}): the subscription link may be dead or reset`,
  }),
  http_rate_limited: () => ({
    zh: '请求过于频繁，被机场限制（HTTP 429）',
    en: 'the airport limits requests (HTTP 429)',
  }),
  http_empty: () => ({
    zh: '机场返回空内容：套餐可能已过期或用尽',
    en: 'the airport answered nothing: the plan may be expired or used up',
  }),
  fetch_timeout: () => ({ zh: '机场在限定时间内没有响应', en: 'the airport did not answer in time' }),
  fetch_name: () => ({ zh: '机场域名无法解析', en: 'the name of the airport does not resolve' }),
  fetch_refused: () => ({ zh: '机场拒绝连接', en: 'the airport refuses connections' }),
  fetch_tls: (code) => ({ zh: `与机场的 TLS 连接失败（${code}）`, en: `TLS with the airport failed (${code})` }),
  fetch_redirects: (count) => ({
    zh: `机场重定向超过 ${count} 次`,
    en: `the airport redirected more than ${count} times`,
  }),
  fetch_redirect_inward: () => ({
    zh: '机场重定向到本机或内网地址，没有跟随；如果本来就该读内网，请直接填写那个地址',
    en: 'the airport redirected to an address of this machine or a private network, which was not followed; if it is meant to be read there, give that address itself',
  }),
  fetch_failed: (code) => ({
    zh: `读取机场失败${code === '' ? '' : `（${code}）`}`,
    en: `reading the airport failed${code === '' ? '' : ` (${code})`}`,
  }),
  json_invalid: () => ({
    zh: '响应不是 JSON，请检查这个机场的 Url 和 Origin',
    en: 'the answer is no JSON; check Url and Origin of the airport',
  }),
  json_without: (keys) => ({
    zh: `响应的 JSON 里没有 ${keys}，或不是数字，请检查这个机场的 Url 和 Origin`,
    en: `the JSON of the answer lacks ${keys}, or holds no figure there; check Url and Origin of the airport`,
  }),
  kernel_secret: () => ({
    zh: '内核不接受这个机场的 Secret',
    en: "the kernel refuses the Secret of the airport's section",
  }),
  kernel_provider: (name) => ({
    zh: `内核里没有名为 ${name} 的 provider，请在这个机场的 Providers 里写上它的名字`,
    en: `the kernel has no provider ${name}; name it in Providers of the airport`,
  }),
  kernel_figures: (name) => ({
    zh: `内核里 provider ${name} 没有流量信息：机场没有给，或还没有更新过`,
    en: `the kernel has no figures of provider ${name}: its airport sends none, or was not fetched yet`,
  }),
  link_spent: () => ({
    zh: '机场不再接受这个订阅链接（403 token is error）：它只能用一次或只在一段时间内有效，或已被更换；现在每天只请求一次。请换成长期有效的链接，或改由内核提供流量信息（Origin = kernel）',
    en: 'the airport does not take this link any more (403, token is error): it works once or for a while, or was replaced; it is asked once a day now. Fix: give a link that lasts, or let a kernel tell the figures (Origin = kernel)',
  }),
  proxy_unreachable: (proxy) => ({
    zh: `连不上这个机场的 Proxy：${proxy}，没有询问机场`,
    en: `the airport's Proxy cannot be reached: ${proxy}; the airport was not asked`,
  }),
  proxy_sign_in: () => ({
    zh: '这个机场的 Proxy 需要正确的用户名和密码，没有询问机场',
    en: "the airport's Proxy wants another name or password; the airport was not asked",
  }),
  proxy_no_route: (answer) => ({
    zh: `这个机场的 Proxy 正常，但它连不上机场（${answer}）`,
    en: `the airport's Proxy works but does not reach the airport (${answer})`,
  }),
  address_missing: () => ({
    zh: 'UrlFile 指定的文件读不到，或里面的订阅链接不是恰好一个（一行，以 http:// 或 https:// 开头）',
    en: 'the file of UrlFile cannot be read, or does not hold exactly one address (a line that begins with http:// or https://)',
  }),
  prometheus_unreachable: (address) => ({
    zh: `Prometheus（${address}）没有响应，设备用量未知；数据不会丢失，恢复后自动补齐`,
    en: `Prometheus (${address}) does not answer, so use is unknown; nothing is lost, it is made up for later`,
  }),
  prometheus_refused: (error) => ({
    zh: `Prometheus 拒绝了查询：${error}`,
    en: `Prometheus refused a query: ${error}`,
  }),
  prometheus_partial: (said) => ({
    zh: `Prometheus 只回答了一部分，设备用量未知；数据不会丢失，恢复后自动补齐${said === '' ? '' : `（${said}）`}`,
    en: `Prometheus answered in part, so use is unknown; nothing is lost, it is made up for later${said === '' ? '' : ` (${said})`}`,
  }),
  prometheus_behind: (minutes) => ({
    zh: `Prometheus 里还没有最近 ${minutes} 分钟的数据，设备用量未知；数据不会丢失，到齐后自动补齐`,
    en: `Prometheus has nothing of the last ${minutes} min yet, so use is unknown; nothing is lost, it is made up for later`,
  }),
  prometheus_answer: (address) => ({
    zh: `${address} 的回答不像 Prometheus，请检查 PrometheusAddr`,
    en: `${address} does not answer as Prometheus does; check PrometheusAddr`,
  }),
  no_devices: () => ({ zh: '还没有任何设备推送过', en: 'no device has ever reported' }),
  no_samples: () => ({
    zh: 'Prometheus 里没有这段时间的数据（可能已超过保留期）',
    en: 'Prometheus holds nothing of that time, which may be older than its retention',
  }),
  device_new: (device) => ({
    zh: `设备 ${device} 在这期间开始推送，此前的用量没有统计`,
    en: `device ${device} began to report in this time; what it used before was not counted`,
  }),
  device_silent: (device) => ({
    zh: `设备 ${device} 没有推送，差额可能是它用的`,
    en: `device ${device} did not report, and may have used the difference`,
  }),
  first_reading: () => ({ zh: '今天开始记录，明天起对账', en: 'recording begins today, comparison tomorrow' }),
  reading_unchanged: (since) => ({
    zh: `内核从 ${since} 起没有再更新这个机场，可把 provider 的 interval 改短`,
    en: `the kernel has not read the airport since ${since}; let the provider's interval be shorter`,
  }),
  reading_fell: () => ({
    zh: '机场报出的已用量比上次少：等后续读数确认是旧数据、退还流量还是新周期',
    en: 'the airport told less use than before: later readings will tell an old answer from a credit or a new cycle',
  }),
  reading_old: () => ({
    zh: '机场报出的是以前的数据，这次读数不用',
    en: 'the airport gave an old answer, which is set aside',
  }),
  clock_set_back: () => ({
    zh: '服务器时间被调回过，从现在起重新比对',
    en: 'the clock of this machine was set back; comparison starts again',
  }),
  readings_none: () => ({ zh: '还没有保存过这个机场的读数', en: 'no reading of this airport was ever kept' }),
  reading_missing: (time) => ({
    zh: `${time} 前后 3 小时内没有保存机场读数`,
    en: `no reading of the airport was kept within 3 hours of ${time}`,
  }),
  readings_kept: (span) => ({ zh: `现有读数：${span}`, en: `readings are kept of ${span}` }),
  readings_apart: () => ({
    zh: '两端的读数之间有缺口，无法比较；请换一个起止时间',
    en: 'between the readings at the ends there is a gap; choose other ends',
  }),
  window_past: () => ({ zh: '过去的时间段，不显示剩余流量', en: 'a window of the past: what is left is not shown' }),
  readings_differ: () => ({
    zh: '机场的几次回答互相矛盾，数字跳变可能只是另一份回答；等它们一致满一天再下结论',
    en: 'answers of the airport differ, so that a jump of its figures may be that of another answer; it is judged once they agree for a day',
  }),
  habit_unknown: () => ({
    zh: '账单比设备用量多，但对这个机场的计费习惯还了解不够，暂不下结论',
    en: 'more was billed than devices used, but how this airport bills is not known well enough yet to say more',
  }),
  lag_unknown: () => ({
    zh: '还不知道这个机场多晚才入账，头几天的差额不作结论',
    en: 'how late this airport bills is not known yet, so the first days prove nothing',
  }),
  cycle_began: () => ({ zh: '已用量变小了：机场开始了新的计费周期', en: 'use fell: the airport began a new cycle' }),
  quota_unknown: () => ({ zh: '套餐总量未知', en: 'the quota is unknown' }),
  use_unknown: () => ({ zh: '已用量未知', en: 'the use is unknown' }),
  use_in_doubt: () => ({ zh: '已用量待确认', en: 'the use is to be confirmed' }),
  observed_too_short: () => ({ zh: '观察不足 6 小时', en: 'observed for less than 6 hours' }),
  no_use: () => ({ zh: '近期没有用量', en: 'nothing was used lately' }),
  plan_expired: () => ({ zh: '套餐已到期', en: 'the plan has expired' }),
};
