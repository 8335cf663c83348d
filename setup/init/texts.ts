import type { Messages } from '../../core/language.ts';

/** The help of `init`, and how it fails; what it asks and says is in words.ts. */
export const TEXTS = {
  init: { zh: '回答几个问题，生成配置文件并检查', en: 'make a settings file with a few questions, and test it' },
  device: { zh: '运行内核的设备；内核会自动查找', en: 'a device that runs a kernel, which is looked for' },
  router: { zh: '由本机通过隧道监控的路由器', en: 'a router that this machine watches through a tunnel' },
  server: { zh: '一台 VPS', en: 'a VPS' },
  config: { zh: '要写的配置文件', en: 'the settings file to write' },
  yes: { zh: '全部采用建议，不提问', en: 'take every suggestion, ask nothing' },
  code: {
    zh: 'VPS 上 flowcollect pair 打印的配对码',
    en: 'the pairing code that "flowcollect pair" printed on the VPS',
  },
} as const satisfies Messages;
