import { Command } from 'commander';
import { parseUserinfo } from './airport/header.ts';
import { multiplierOf } from './airport/multiplier.ts';
import { quotaInBody } from './airport/subscription-origin.ts';
import { reasonText, wordsOf } from './report/words.ts';

/** Explains what the auditor reads from a header or a name. @param print one text for standard output */
export function airportCommand(print: (text: string) => void): Command {
  const command = new Command('airport').description("explain a Subscription-Userinfo header or a node's multiplier");
  command
    .command('parse')
    .description('what a Subscription-Userinfo header says')
    .requiredOption('--header <string>', 'the header, or the line or JSON of a body that stands in for it')
    .option('--json', 'print JSON', false)
    .action(({ header, json }: { header: string; json: boolean }) => {
      const { upload, download, used, quota, unlimited, expiry, reasons } =
        quotaInBody(header, Date.now()) ?? parseUserinfo(header);
      const words = wordsOf('zh');
      const texts = reasons.map((each) => reasonText(words, [each]));
      const result = { upload, download, used, quota, unlimited, expiry, reasons: texts };
      print(`${json ? JSON.stringify(result) : lines(result)}\n`);
    });
  command
    .command('multiplier')
    .description("by how much a node's name says its bytes are multiplied")
    .argument('<name>', 'the name of the node')
    .option('--json', 'print JSON', false)
    .action((name: string, { json }: { json: boolean }) => {
      const multiplier = multiplierOf(name);
      print(`${json ? JSON.stringify(multiplier) : lines(multiplier)}\n`);
    });
  return command;
}

function lines(result: object): string {
  return Object.entries(result)
    .map(([key, value]) => `${key}: ${Array.isArray(value) ? value.join('；') : String(value)}`)
    .join('\n');
}
