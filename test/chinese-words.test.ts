import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The one word for a thing, and the other ones that people have for it. */
const WORDS: readonly (readonly [word: string, ...others: string[]])[] = [
  ['仪表盘', '看板', '仪表板'],
  ['推送', '上报', '补报', '汇报'],
  ['采集器', '导出器', '采集端'],
  ['网关', '接收端'],
  ['审计器', '审计服务', '审计端'],
  ['服务器', '服务端'],
  ['令牌', '口令'],
  ['配置文件', '设置文件'],
  ['目录', '文件夹'],
  ['磁盘', '硬盘'],
  ['断电', '掉电'],
  ['恢复', '还原'],
  ['重放', '回放'],
  ['存档', '归档', '档案'],
  ['告警', '警报', '报警'],
  ['阈值', '门槛'],
  ['泄露', '泄漏', '外泄'],
  ['可能泄露', '疑似泄露', '疑似代理泄露'],
  ['结论', '判定', '裁决'],
  ['倍率', '乘数'],
  ['用量', '使用量'],
  ['合计', '总计'],
  ['账单', '帐单'],
  ['账号', '帐号', '账户', '帐户'],
  ['登录', '登陆'],
  ['邮件', '电子邮件'],
  ['流量信息', '流量头'],
  ['订阅链接', '订阅地址'],
  ['配额', '额度'],
  ['应答', '回应'],
  ['上传、下载', '上行(?!网卡)', '下行'],
];

/** What people read in Chinese: texts of the programs, guides, dashboards, alerts, scripts and the example of settings. */
const READ = /(?<!\.test)\.ts$|\.zh-CN\.md$|^grafana\/dashboards\/zh\/|^prometheus\/rules\/|\.(?:sh|ps1|example)$/;
const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => READ.test(path) && !/^(?:bench|test)\//.test(path));

it('reads what is in Chinese', () => {
  for (const part of [/^core\/.*texts\.ts$/, /^docs\/faq\.zh-CN\.md$/, /^grafana\/dashboards\/zh\//, /\.example$/]) {
    expect(
      files.some((path) => part.test(path)),
      String(part),
    ).toBe(true);
  }
});

it.each(WORDS)('%s has no other word', (word, ...others) => {
  const other = new RegExp(others.join('|'));
  const found = files.flatMap((path) =>
    readFileSync(join(root, path), 'utf8')
      .split('\n')
      .flatMap((line, index) => (other.test(line) ? [`${path}:${index + 1}: ${other.exec(line)?.[0]} → ${word}`] : [])),
  );
  expect(found).toEqual([]);
});
