// memory-limit-in-code: the memory limit of the runtime is a constant of the program. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {formatBytes} from '../../base/units.ts'
import {smallIntVal} from '../../go/types/constant/constant.ts'

export default defineRule<'fixed'>({
  id: 'memory-limit-in-code',
  title: 'The memory limit is a constant of the program',
  severity: 'info',
  confidence: 0.3,
  preset: 'evidence',
  since: '0.1',
  sources: ['https://go.dev/doc/gc-guide#Memory_limit', 'https://pkg.go.dev/runtime/debug#SetMemoryLimit'],
  messages: {
    fixed: {
      what: '{call} fixes the memory limit at {bytes}, whatever the program comes to need and the machine has',
      why: 'when what is live comes near the limit the collector runs again and again; up to half of the CPU may go into it, and beyond that the limit gives way',
      next: 'Set GOMEMLIMIT in the environment, beside the limit of the container, and leave a tenth of room.',
    },
  },

  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      if (pass.callsFunction(call, 'runtime/debug.SetMemoryLimit') !== 'yes' || pass.fileOf(call).path.endsWith('_test.go')) continue
      const argument = call.args[0]
      const constant = argument === undefined ? undefined : pass.constantOf(argument)
      const bytes = constant === undefined ? undefined : smallIntVal(constant)
      // A negative limit asks for the current one; math.MaxInt64 is none, and no small integer.
      if (bytes !== undefined && bytes >= 0 && bytes < 2 ** 50)
        pass.report(call, 'fixed', {data: {call: pass.text(call), bytes: formatBytes(bytes)}})
    }
  },
})
