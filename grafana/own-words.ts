import type { Text } from '../core/language.ts';
import { type FieldProperty, named, type Override, words } from './builders/panel.ts';
import { CLASS_WORDS, PLAIN } from './palette.ts';

/** Values of a label that are the project's own words, as people read them; what others have named keeps its name. */
type OwnWords = Readonly<Record<string, Text>>;

/** Nodes that are none. */
export const NODES = {
  other: { zh: '其他', en: 'Other' },
  unattributed: CLASS_WORDS.unattributed,
} satisfies OwnWords;

/** Keys of a family that are none. */
export const KEYS = {
  ...NODES,
  none: { zh: '（无）', en: '(none)' },
  ip: { zh: 'IP 地址', en: 'IP addresses' },
} satisfies OwnWords;

/** The parts of a server that are this project's. */
export const PARTS = {
  gateway: { zh: '网关', en: 'gateway' },
  auditor: { zh: '审计器', en: 'auditor' },
} satisfies OwnWords;

/** How a push ended. */
export const RESULTS = {
  accepted: { zh: '已接受', en: 'Accepted' },
  refused: { zh: '被拒', en: 'Refused' },
  failed: { zh: '失败', en: 'Failed' },
} satisfies OwnWords;

/** Why the gateway did not take a push. */
export const REFUSALS = {
  unauthorized: { zh: '令牌不对', en: 'Wrong token' },
  slow_down: { zh: '错误的令牌太多', en: 'Too many wrong tokens' },
  other_device: { zh: '令牌属于另一台设备', en: "Another device's token" },
  not_found: { zh: '没有这个地址', en: 'No such address' },
  method_not_allowed: { zh: '方法不对', en: 'Wrong method' },
  bad_path: { zh: '路径有误', en: 'Bad path' },
  bad_state_header: { zh: '状态头有误', en: 'Bad state header' },
  bad_body: { zh: '内容不完整', en: 'Broken body' },
  not_exposition: { zh: '格式不对', en: 'Wrong format' },
  not_in_contract: { zh: '不认识的指标', en: 'Unknown metrics' },
  unsupported_encoding: { zh: '不支持的压缩', en: 'Unknown encoding' },
  too_large: { zh: '太大', en: 'Too large' },
  no_room: { zh: '没有余量', en: 'No room' },
  counter_fell: { zh: '计数变小', en: 'A counter fell' },
  held_by_another_state: { zh: '设备名被占用', en: 'DeviceID in use' },
  sequence_old: { zh: '比收到过的旧', en: 'Older than the last' },
  still_pushing: { zh: '还在推送', en: 'Still pushing' },
  not_stored_yet: { zh: '还没有存下', en: 'Not stored yet' },
  prometheus_down: { zh: 'Prometheus 不可达', en: 'Prometheus is down' },
  busy: { zh: '网关太忙', en: 'Too busy' },
  storage_failed: { zh: '磁盘出错', en: 'Disk failed' },
  pushgateway_down: { zh: 'Pushgateway 不可达', en: 'Pushgateway is down' },
  pushgateway_refused: { zh: 'Pushgateway 拒绝', en: 'Pushgateway refused' },
} satisfies OwnWords;

/** Series that are called by such words say them in the language of the dashboard. */
export const renamed = (own: OwnWords): Override[] =>
  Object.entries(own).map(([name, text]) => ({ of: { name }, properties: [named(text)] }));

/** Cells of a column of names likewise. */
export const OWN_CELLS: FieldProperty = {
  id: 'mappings',
  value: [words(Object.entries(KEYS).map(([value, text]) => [value, text, PLAIN]))],
};
