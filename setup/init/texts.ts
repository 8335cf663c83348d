import type { TextTable } from '../../core/language.ts';

/** The help of `init`, and how it fails; what it asks and says is in words.ts. */
export const TEXTS = {
  init: ['回答几个问题，生成配置文件并检查', 'make a settings file with a few questions, and test it'],
  device: ['运行内核的设备；内核会自动查找', 'a device that runs a kernel, which is looked for'],
  router: ['由本机通过隧道监控的路由器', 'a router that this machine watches through a tunnel'],
  server: ['一台 VPS', 'a VPS'],
  config: ['要写的配置文件', 'the settings file to write'],
  yes: ['全部采用建议，不提问', 'take every suggestion, ask nothing'],
  code: ['VPS 上 flowcollect pair 打印的配对码', 'the pairing code that "flowcollect pair" printed on the VPS'],
} as const satisfies TextTable;
