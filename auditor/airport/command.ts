import { Command } from 'commander';
import { type Language, translateTo } from '../../core/language.ts';
import { COMMANDS } from '../../runtime/texts.ts';
import { type Words, wordsOf } from '../messages/report.ts';
import { TEXTS } from '../messages/texts.ts';
import { reasonText } from '../messages/writing.ts';
import { multiplierOf } from './nodes.ts';
import { parseUserinfo, quotaInBody } from './subscription.ts';

/** Explains what the auditor reads from a header or a name. @param print one text for standard output */
export function airportCommand(print: (text: string) => void, language: Language): Command {
  const translate = translateTo(language);
  const words = wordsOf(language);
  const command = new Command('airport').description(translate(COMMANDS.airport));
  command
    .command('parse')
    .description(translate(TEXTS.parse))
    .requiredOption('--header <string>', translate(TEXTS.header))
    .option('--json', translate(TEXTS.json), false)
    .action(({ header, json }: { header: string; json: boolean }) => {
      const { upload, download, used, quota, unlimited, expiry, reasons } =
        quotaInBody(header, Date.now()) ?? parseUserinfo(header);
      const texts = reasons.map((each) => reasonText(words, [each]));
      const result = { upload, download, used, quota, unlimited, expiry, reasons: texts };
      print(`${json ? JSON.stringify(result) : lines(result, words)}\n`);
    });
  command
    .command('multiplier')
    .description(translate(TEXTS.nodeMultiplier))
    .argument('<name>', translate(TEXTS.nodeName))
    .option('--json', translate(TEXTS.json), false)
    .action((name: string, { json }: { json: boolean }) => {
      const multiplier = multiplierOf(name);
      print(`${json ? JSON.stringify(multiplier) : lines(multiplier, words)}\n`);
    });
  return command;
}

function lines(result: object, { separator }: Words): string {
  return Object.entries(result)
    .map(([key, value]) => `${key}: ${Array.isArray(value) ? value.join(separator) : String(value)}`)
    .join('\n');
}
