import { ArgumentError, type Text } from '../core/language.ts';
import { TEXTS } from './texts.ts';

/** A command as completion needs it. */
export interface CommandTree {
  readonly name: string;
  readonly options: readonly { readonly flags: string }[];
  readonly commands: readonly CommandTree[];
}

/** The command; with it alone, a bundle prints what completion says of its commands. */
export const COMPLETION = 'completion';

/** Shells that words can be completed in. */
export const SHELLS = ['bash', 'zsh'] as const;
type Shell = (typeof SHELLS)[number];

/** @throws ArgumentError */
export function readShell(text: string | undefined): Shell {
  const shell = SHELLS.find((each) => each === text);
  if (shell === undefined) throw new ArgumentError(TEXTS.whichShell(SHELLS.join(' | ')));
  return shell;
}

/** How to have it in every shell that is opened. */
export const INSTALL: Readonly<Record<Shell, Text>> = {
  bash: {
    zh: '# 让以后打开的 bash 都能补全：把 source <(flowcollect completion bash) 写进 ~/.bashrc',
    en: '# For every bash from now on: put source <(flowcollect completion bash) into ~/.bashrc',
  },
  zsh: {
    zh: '# 让以后打开的 zsh 都能补全：把 source <(flowcollect completion zsh) 写进 ~/.zshrc',
    en: '# For every zsh from now on: put source <(flowcollect completion zsh) into ~/.zshrc',
  },
};

/** zsh reads what is written for bash. */
const FOR_ZSH = `autoload -Uz compinit bashcompinit
whence compdef >/dev/null || compinit
bashcompinit
`;

/**
 * A script of bash or zsh that completes the names of commands and options, and leaves all else to the shell, such as
 * names of files after an option that takes a value.
 *
 * @param names of all commands
 * @param cases of those below, by {@link completionCases}
 */
export const completionScript = (shell: Shell, names: readonly string[], cases: string): string => `\
${shell === 'zsh' ? FOR_ZSH : ''}_flowcollect() {
	local at='' words='' valued='' i
	local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		if _flowcollect_at "$at\${COMP_WORDS[i]} "; then at="$at\${COMP_WORDS[i]} "; fi
	done
	_flowcollect_at "$at"
	case " $valued " in *" $before "*) return ;; esac
	COMPREPLY=($(compgen -W "$words" -- "$current"))
}
_flowcollect_at() {
	case $1 in
	'') words='${[...names, 'help', '--help', '--version'].join(' ')}' valued='' ;;
	'completion ') words='${SHELLS.join(' ')}' valued='' ;;
${cases}	*) return 1 ;;
	esac
}
complete -o default -F _flowcollect flowcollect
`;

/** What follows a command, and each command below it, as branches of the script's \`case\`. */
export function completionCases({ name, options, commands }: CommandTree, above = ''): string {
  const at = `${above}${name} `;
  const valued = options.filter(({ flags }) => /[<[]/.test(flags)).flatMap(namesOf);
  const all = [...commands.map((each) => each.name), ...options.flatMap(namesOf), '--help'];
  const own = `\t'${at}') words='${[...new Set(all)].join(' ')}' valued='${valued.join(' ')}' ;;\n`;
  return own + commands.map((each) => completionCases(each, at)).join('');
}

/** `-c, --config <file>` is `-c` and `--config`. */
const namesOf = ({ flags }: CommandTree['options'][number]): string[] =>
  flags.replace(/[<[].*$/, '').match(/--?[A-Za-z][\w-]*/g) ?? [];
