import type { PageLanguage } from './metrics-page.ts';

/** A key of setting.ini.example. */
interface ExampleKey {
  readonly section: string;
  readonly key: string;
  /** As the example writes it; the first line of a value over several. */
  readonly value: string;
  /** The example's comment above it, by line; that of the key before where it has none of its own. */
  readonly about: Readonly<Record<PageLanguage, readonly string[]>>;
}

const WORDS: Readonly<Record<PageLanguage, { introduction: string; columns: string }>> = {
  en: {
    introduction: `# Settings

[中文](settings.zh-CN.md)

What each key means, with the value of the example. \`[client]\` and \`[kernel.NAME]\` belong to a device (\`ClientSetting.ini\`), the others to the VPS (\`ServerSetting.ini\`); one file may hold both. A value is what is on its line, after a comment sign too; only lists (\`SubUrls\`, \`Providers\`, \`Multipliers\`, \`LocalNodes\`, \`Families\`, \`EmailTo\`, \`MailTo\`) go on where a line ends in a comma. Sections and keys are known in any case. Between the items of a list the full-width \`，\`, \`；\`, \`＝\` and \`“”\` mean what they mean; elsewhere the place of a full-width sign is named. Edits apply at once; after an edit that is bad or cannot be applied what ran goes on, the log names file, line, key and reason, and every save, also of the same text, is a new try. Where a service has no terminal, SIGHUP does the same as a save, and has the auditor read the airports again within a minute, as does an edit of them. Durations are written \`1000\` (milliseconds), \`10s\`, \`6h\`; sizes \`100MB\`, \`2GB\` (base 1024).

This page is written from [setting.ini.example](../setting.ini.example) by \`npm run docs\`; tests hold it equal to that and to the services' schemas.
`,
    columns: 'key | example |',
  },
  zh: {
    introduction: `# 配置

[English](settings.md)

每个键的含义与示例值。\`[client]\`、\`[kernel.NAME]\` 属于设备（\`ClientSetting.ini\`），其余属于 VPS（\`ServerSetting.ini\`），也可以写在同一个文件里。一个值就是它那一行，其中的注释符号也算；只有列表（\`SubUrls\`、\`Providers\`、\`Multipliers\`、\`LocalNodes\`、\`Families\`、\`EmailTo\`、\`MailTo\`）在行末逗号之后可以换行。节和键不分大小写。列表各项之间的全角 \`，\`、\`；\`、\`＝\`、\`“”\` 与半角同义；别处的全角符号会指出位置。修改后立即生效；写错或用不了时，原来运行的配置照旧，日志会指出文件、行、键和原因；每次保存（内容不变也算）都会再试。服务没有终端时，SIGHUP 等同于保存一次，审计器还会在一分钟内重新读取机场；改了机场也是如此。时长写作 \`1000\`（毫秒）、\`10s\`、\`6h\`，大小写作 \`100MB\`、\`2GB\`（以 1024 为底）。

本页由 \`npm run docs\` 从 [setting.ini.example](../setting.ini.example) 生成，测试保证它与示例和各服务的定义一致。
`,
    columns: '键 | 示例 |',
  },
};

/** docs/settings.md or docs/settings.zh-CN.md, from the text of setting.ini.example. */
export function settingsPage(example: string, language: PageLanguage): string {
  const { introduction, columns } = WORDS[language];
  const tables = [...bySection(readExample(example))].map(([section, keys]) => {
    const rows = keys.map(
      ({ key, value, about }) =>
        `| \`${key}\` | ${value === '' ? '' : `\`${cell(value)}\``} | ${cell(about[language].join('<br>'))} |`,
    );
    return `## [${section}]\n\n| ${columns} |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return [introduction, ...tables].join('\n');
}

/** A comment about all that follows it. */
const HEADING = /^以下都可省略/;

/** Every key of the example, those that are commented out included. */
export function readExample(example: string): ExampleKey[] {
  const keys: ExampleKey[] = [];
  let section = '';
  let comment: string[] = [];
  let about = inBoth([]);
  for (const line of example.split('\n')) {
    const header = /^(?:# )?\[([^\]"]+)\]\s*$/.exec(line)?.[1];
    const [, key, value] = /^(?:# )?([A-Z]\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (header !== undefined) {
      section = header;
      comment = [];
      about = inBoth([]);
    } else if (key !== undefined && value !== undefined) {
      if (comment.length > 0) about = inBoth(comment.filter((text) => !HEADING.test(text)));
      comment = [];
      keys.push({ section, key, value, about });
    } else if (line.startsWith('# ')) comment.push(line.slice(2));
    else if (line.trim() === '') {
      comment = [];
      about = inBoth([]);
    }
  }
  return keys;
}

const CHINESE = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u;

/** A comment by language: a line is `Chinese / English`, or one of the two; what names no Chinese at all is for both. */
function inBoth(comment: readonly string[]): ExampleKey['about'] {
  if (!comment.some((line) => CHINESE.test(line))) return { en: comment, zh: comment };
  const en: string[] = [];
  const zh: string[] = [];
  for (const line of comment) {
    const [, left, right] = /^(.*?\S) \/ ([^\p{Script=Han}\u3000-\u303f\uff00-\uffef]+)$/u.exec(line) ?? [];
    if (left !== undefined && right !== undefined && CHINESE.test(left)) {
      zh.push(left);
      en.push(right);
    } else (CHINESE.test(line) ? zh : en).push(line);
  }
  return { en, zh };
}

function bySection(keys: readonly ExampleKey[]): Map<string, ExampleKey[]> {
  const sections = new Map<string, ExampleKey[]>();
  for (const each of keys) sections.set(each.section, [...(sections.get(each.section) ?? []), each]);
  return sections;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
