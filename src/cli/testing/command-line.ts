// A command line run in the test's own process: the real table of commands, the real host, stdout and stderr caught.
import {nodeHost} from '../../host/node/node-host.ts'
import {commands} from '../registry.generated.ts'
import type {CommandContext} from '../command.ts'
import {runCommandLine} from '../run.ts'

export interface Ran {
  readonly exit: number
  readonly stdout: string
  /** Lines. */
  readonly stderr: readonly string[]
  /** Written with -o. */
  readonly files: ReadonlyMap<string, string>
}

export async function gotriage(words: readonly string[], options: {readonly cwd?: string; readonly stdin?: Uint8Array} = {}): Promise<Ran> {
  let stdout = ''
  const stderr: string[] = []
  const files = new Map<string, string>()
  const text = (content: string | Uint8Array) => (typeof content === 'string' ? content : new TextDecoder().decode(content))
  const contextIn = (cwd: string | undefined): CommandContext => ({
    host: nodeHost(cwd === undefined ? {} : {cwd}),
    task: {},
    out: content => void (stdout += text(content)),
    note: line => void stderr.push(line),
    write: (path, content) => {
      files.set(path, text(content))
      return Promise.resolve()
    },
    terminal: {isTty: false, columns: 100, color: false},
    stdin: () => Promise.resolve(options.stdin ?? new Uint8Array()),
    inDirectory: path => Promise.resolve(contextIn(path)),
  })
  const exit = await runCommandLine(words, commands, contextIn(options.cwd))
  return {exit, stdout, stderr, files}
}
