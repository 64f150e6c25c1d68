// Where host, front end and process meet.
import {commands} from './cli/registry.generated.ts'
import {nodeContext} from './cli/node-context.ts'
import {runCommandLine} from './cli/run.ts'

const words = process.argv.slice(2)
const {context, dispose} = nodeContext()
if (words.length === 0 && !process.stdin.isTTY && commands.some(command => command.name === 'paste')) words.push('paste')
process.exitCode = await runCommandLine(words, commands, context)
dispose()
