// Command-line arguments by a command's table: one or two dashes, `--flag=x` or `--flag x`, `-` is a positional, `--` ends flags.
import {errors} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import type {Command, Flag, Parsed} from './command.ts'

/** Flags that every command takes. */
export const generalFlags: readonly Flag[] = [
  {name: 'help', short: 'h', help: 'print the help of the command'},
  {name: 'C', value: 'DIR', help: 'work as if started in this directory; paths in the answer are relative to it'},
  {
    name: 'fail-on',
    value: 'LEVEL',
    choices: ['error', 'warning', 'info', 'never'],
    help: 'exit 1 from this severity on (default warning); causes of confidence 0.5 and more count as warning',
  },
  {name: 'strict-input', help: 'exit 2 when part of the input could not be read'},
]

/** A command's own flags and the general ones it does not define itself. */
export const flagsOf = (command: Command): readonly Flag[] => [
  ...command.flags,
  ...generalFlags.filter(general => !command.flags.some(flag => flag.name === general.name)),
]

export function parseArgs(command: Command, words: readonly string[]): Parsed {
  const flags = flagsOf(command)
  const values = new Map<string, string[]>()
  const positionals: string[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === '--') {
      positionals.push(...words.slice(command.passthrough === true ? i : i + 1))
      break
    }
    const match = /^--?([A-Za-z][\w-]*)(?:=([\s\S]*))?$/.exec(word)
    if (!match) {
      positionals.push(word)
      continue
    }
    const [, name = '', inline] = match
    const flag = flags.find(f => f.name === name || f.short === name)
    if (flag === undefined) {
      if (command.passthrough === true) {
        positionals.push(word)
        continue
      }
      const near = nearest(
        name,
        flags.map(f => f.name),
      )
      throw errors.usage(
        `${command.name} has no flag "${word.replace(/=[\s\S]*$/, '')}"`,
        near === undefined ? `See "gotriage ${command.name} --help".` : `Did you mean "--${near}"? See "gotriage ${command.name} --help".`,
      )
    }
    let value = inline ?? 'true'
    if (flag.value !== undefined && inline === undefined) {
      const next = words[++i]
      if (next === undefined) throw errors.usage(`--${flag.name} needs a value`, `Write --${flag.name} ${flag.value}.`)
      value = next
    }
    if (flag.value === undefined && inline !== undefined && inline !== 'true' && inline !== 'false')
      throw errors.usage(`--${flag.name} takes no value`, `Write --${flag.name} alone.`)
    if (flag.choices && !flag.choices.includes(value))
      throw errors.usage(`--${flag.name} cannot be "${value}"`, `Give one of: ${flag.choices.join(', ')}.`)
    const list = values.get(flag.name)
    if (list) list.push(value)
    else values.set(flag.name, [value])
  }
  return {
    words,
    positionals,
    flag: name => values.get(name)?.at(-1),
    flags: name => values.get(name) ?? [],
    has: name => (values.get(name)?.at(-1) ?? 'false') !== 'false',
  }
}
