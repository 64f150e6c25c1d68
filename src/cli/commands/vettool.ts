// gotriage vettool: the path for `go vet -vettool=`, and the part of that tool that runs for each package; the work is operations/check-unit.ts.
import {existsSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {errors} from '../../base/errors.ts'
import type {Preset} from '../../operations/check.ts'
import type {Command} from '../command.ts'
import {asShortRun} from '../short-run.ts'
import {terminalText} from '../terminal-text.ts'

export const command: Command = {
  name: 'vettool',
  summary: 'print the path of the tool for go vet: go vet -vettool=$(npx gotriage vettool) ./...',
  usage: '',
  flags: [
    {name: 'unit', value: 'FILE', help: 'check the package the go command describes in this file'},
    {name: 'preset', value: 'PRESET', choices: ['default', 'strict', 'all'], help: 'how many rules run (default: default)'},
    {name: 'rules', value: 'ID,…', many: true, help: 'only these rules'},
    {name: 'config', value: 'FILE', help: 'gotriage.yaml to use; "none" for none'},
    {name: 'json', help: 'print what is found as go vet -json does'},
  ],
  examples: ['go vet -vettool=$(npx gotriage vettool) ./...', 'go vet -vettool=$(npx gotriage vettool) -preset=strict ./...'],
  async run(args, context) {
    const unitFile = args.flag('unit')
    if (unitFile === undefined) {
      context.out(`${toolPath()}\n`)
      return 0
    }
    const {checkUnit, readUnit} = await import('../../operations/check-unit.ts')
    const unit = await readUnit(unitFile, context.host)
    const preset = args.flag('preset') as Preset | undefined // the choices of the flag are those of the type
    const rules = args.flags('rules').flatMap(list => list.split(','))
    const config = args.flag('config')
    const {host} = await context.inDirectory(unit.dir)
    const {findings, text, json} = await checkUnit(
      unit,
      {...(preset === undefined ? {} : {preset}), ...(rules.length > 0 ? {ruleIds: rules} : {}), ...(config === undefined ? {} : {config})},
      host,
      (await asShortRun(context)).task,
    )
    if (args.has('json')) {
      if (unit.stdout === undefined) context.out(json)
      else await context.write(unit.stdout, json)
      return 0 // the go command reads what there is to read, and fails by that
    }
    for (const line of terminalText(text).split('\n')) if (line !== '') context.note(line)
    return findings.length > 0 ? 1 : 0
  },
}

const toolName = 'bin/gotriage-vet.js'

/** Beside the package this file is part of, built or not. */
function toolPath(): string {
  let dir = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const path = join(dir, toolName)
    if (existsSync(path)) return path
    const up = dirname(dir)
    if (up === dir) throw errors.notFound(toolName)
    dir = up
  }
}
