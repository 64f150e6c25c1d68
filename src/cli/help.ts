// --help and shell completion, both printed from the table of commands.
import type {Command, Flag} from './command.ts'
import {flagsOf} from './parse-args.ts'

export function generalHelp(commands: readonly Command[], version: string): string {
  const width = Math.max(...commands.map(command => command.name.length))
  return [
    `gotriage ${version}: Go source and production evidence in; what is wrong, where, why and what to do out.`,
    '',
    'usage: gotriage COMMAND [FLAGS] [ARGUMENTS]',
    '       … | gotriage            (paste a crash: recognised and answered)',
    '',
    'commands:',
    ...commands.map(command => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    'Flags take one or two dashes. "gotriage COMMAND --help" prints one command; "gotriage explain ID" a rule, detector, cause or myth.',
    'exit codes: 0 nothing at or above --fail-on, 1 something, 2 bad usage or unreadable input, 3 a bug of gotriage, 130 interrupted',
    '',
  ].join('\n')
}

export function commandHelp(command: Command): string {
  const flags = flagsOf(command)
  const left = flags.map(flagText)
  const width = Math.max(...left.map(text => text.length))
  return [
    `gotriage ${command.name}: ${command.summary}`,
    '',
    `usage: gotriage ${command.name} ${command.usage}`.trimEnd(),
    '',
    'flags:',
    ...flags.map((flag, i) => `  ${left[i]!.padEnd(width)}  ${flag.help}${flag.many === true ? ' (may be repeated)' : ''}`),
    ...(command.details === undefined ? [] : ['', ...command.details]),
    ...(command.examples.length === 0 ? [] : ['', 'examples:', ...command.examples.map(example => `  ${example}`)]),
    '',
  ].join('\n')
}

const flagText = (flag: Flag) =>
  `${flag.short === undefined ? '' : `-${flag.short}, `}--${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}`

export const shells = ['bash', 'zsh', 'fish'] as const

/** A completion script for `source <(gotriage completion bash)`. Words only; files where a command takes paths. */
export function completion(shell: (typeof shells)[number], commands: readonly Command[]): string {
  const names = commands.map(command => command.name)
  if (shell === 'fish') {
    return [
      ...commands.map(c => `complete -c gotriage -n __fish_use_subcommand -a ${c.name} -d ${quote(c.summary)}`),
      ...commands.flatMap(c =>
        flagsOf(c).map(flag => `complete -c gotriage -n '__fish_seen_subcommand_from ${c.name}' -l ${flag.name} -d ${quote(flag.help)}`),
      ),
      '',
    ].join('\n')
  }
  const cases = commands.map(
    c =>
      `    ${c.name}) words=${quote(
        flagsOf(c)
          .map(flag => `--${flag.name}`)
          .join(' '),
      )} ;;`,
  )
  const body = [
    '_gotriage() {',
    '  local words cur="${COMP_WORDS[COMP_CWORD]}"',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W ${quote(names.join(' '))} -- "$cur")); return`,
    '  fi',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    '  esac',
    '  case "$cur" in -*) COMPREPLY=($(compgen -W "$words" -- "$cur")) ;; *) COMPREPLY=($(compgen -f -- "$cur")) ;; esac',
    '}',
    'complete -o filenames -F _gotriage gotriage',
    '',
  ]
  return (shell === 'zsh' ? ['autoload -U +X bashcompinit && bashcompinit', ...body] : body).join('\n')
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
