/** A key of setting.ini.example. */
export interface ExampleKey {
  readonly section: string;
  readonly key: string;
  /** As the example writes it; the first line of a value over several. */
  readonly value: string;
  /** The example's comment above it, Chinese and English; that of the key before where it has none of its own. */
  readonly about: string;
}

const INTRODUCTION = `# 配置 / Settings

每个键的含义与示例值；\`[client]\`、\`[kernel.NAME]\` 属于设备（\`ClientSetting.ini\`），其余属于 VPS（\`ServerSetting.ini\`），也可以写在同一个文件里。修改后立即生效；写错时沿用上一次的配置，日志会指出文件、行、键和原因。时长写作 \`1000\`（毫秒）、\`10s\`、\`6h\`，大小写作 \`100MB\`、\`2GB\`（以 1024 为底）。

What each key means, with the value of the example. \`[client]\` and \`[kernel.NAME]\` belong to a device (\`ClientSetting.ini\`), the others to the VPS (\`ServerSetting.ini\`); one file may hold both. Edits apply at once; after a bad edit the last good settings stay, and the log names file, line, key and reason. Durations are written \`1000\` (milliseconds), \`10s\`, \`6h\`; sizes \`100MB\`, \`2GB\` (base 1024).

本页由 \`npm run docs\` 从 [setting.ini.example](../setting.ini.example) 生成 / This page is written from [setting.ini.example](../setting.ini.example) by \`npm run docs\`; tests hold it equal to that and to the services' schemas.
`;

/** docs/settings.md, from the text of setting.ini.example. */
export function settingsPage(example: string): string {
  const tables = [...bySection(readExample(example))].map(([section, keys]) => {
    const rows = keys.map(
      ({ key, value, about }) => `| \`${key}\` | ${value === '' ? '' : `\`${cell(value)}\``} | ${cell(about)} |`,
    );
    return `## [${section}]\n\n| key | example | |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return [INTRODUCTION, ...tables].join('\n');
}

/** A comment about all that follows it. */
const HEADING = /^以下都可省略/;

/** Every key of the example, those that are commented out included. */
export function readExample(example: string): ExampleKey[] {
  const keys: ExampleKey[] = [];
  let section = '';
  let comment: string[] = [];
  let about = '';
  for (const line of example.split('\n')) {
    const header = /^(?:# )?\[([^\]"]+)\]\s*$/.exec(line)?.[1];
    const [, key, value] = /^(?:# )?([A-Z]\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (header !== undefined) {
      section = header;
      comment = [];
      about = '';
    } else if (key !== undefined && value !== undefined) {
      if (comment.length > 0) about = comment.filter((text) => !HEADING.test(text)).join('<br>');
      comment = [];
      keys.push({ section, key, value, about });
    } else if (line.startsWith('# ')) comment.push(line.slice(2));
    else if (line.trim() === '') {
      comment = [];
      about = '';
    }
  }
  return keys;
}

function bySection(keys: readonly ExampleKey[]): Map<string, ExampleKey[]> {
  const sections = new Map<string, ExampleKey[]>();
  for (const each of keys) sections.set(each.section, [...(sections.get(each.section) ?? []), each]);
  return sections;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
