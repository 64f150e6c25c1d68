// A CI gate that can really fail: the checks of Go are made at run time, so every step runs the tests (E-51). The script is the gate; the workflow only calls it.
// Sources: cmd/go `-race`, `-asan`; cmd/compile/internal/base/flag.go (checkptr goes with -race and -asan); runtime/cgocheck.go (cgocheck2 is a GOEXPERIMENT since
// 1.21; `GODEBUG=cgocheck=2` makes a program throw at start, `CGO_CHECK` never existed: E-39).
import {generatedHeader, type GeneratedFile} from './go-file.ts'

export const ciSteps = ['race', 'checkptr', 'cgocheck2', 'asan', 'gotriage'] as const
export type CiStep = (typeof ciSteps)[number]

export interface CiGuard {
  readonly steps: readonly CiStep[]
  /** Findings that are not in this revision fail the gate. */
  readonly base: string
  readonly goVersion: string
}

const scripts: Readonly<Record<CiStep, (guard: CiGuard) => string>> = {
  race: () => `# Data races, and pointer arithmetic that leaves its object: -race turns checkptr on.
step race go test -race -count=1 ./...
`,
  checkptr: () => `# For platforms without the race detector, and for code that behaves otherwise without it.
step checkptr go test -gcflags=all=-d=checkptr -count=1 ./...
`,
  cgocheck2: () => `# Go pointers stored in C memory. A build experiment: GODEBUG=cgocheck=2 makes a program throw at start.
step cgocheck2 env GOEXPERIMENT=cgocheck2 go test -count=1 ./...
`,
  asan: () => `# Memory errors in C. Needs cgo, Linux and a C compiler with the sanitizer.
case "$(go env CGO_ENABLED) $(go env GOOS)/$(go env GOARCH)" in
  "1 linux/amd64" | "1 linux/arm64" | "1 linux/riscv64" | "1 linux/ppc64le" | "1 linux/loong64")
    step asan go test -asan -count=1 ./... ;;
  *) echo "== asan: not on $(go env GOOS)/$(go env GOARCH) with CGO_ENABLED=$(go env CGO_ENABLED)" ;;
esac
`,
  gotriage: ({base}) => `# Findings that ${base} does not have.
step gotriage gotriage check --new-from ${base} ./...
`,
}

export function ciFiles(guard: CiGuard, config: string): GeneratedFile[] {
  const header = generatedHeader('ci', config, '#')
  const script = `#!/usr/bin/env bash
${header}
# Run it in the directory of go.mod. All steps run; the exit code is 1 when one of them failed.
set -uo pipefail

failed=()
step() {
  local name=$1
  shift
  echo "== $name: $*"
  "$@" || failed+=("$name")
}

# The checks below are made while tests run: a module without tests would always pass.
tests=$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...) || exit 2
if [ -z "$tests" ]; then
  echo "no package has tests: there is nothing that could fail" >&2
  exit 1
fi

${guard.steps.map(step => scripts[step](guard)).join('\n')}
if [ \${#failed[@]} -gt 0 ]; then
  echo "failed: \${failed[*]}" >&2
  exit 1
fi
`
  const workflow = `${header}
name: go-gate
on:
  push:
  pull_request:
permissions:
  contents: read
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0 # --new-from compares with another revision
      - uses: actions/setup-go@v5
        with:
          go-version: '${guard.goVersion}'
${guard.steps.includes('gotriage') ? '      - run: npm install --global gotriage\n' : ''}      - run: ./go-gate.sh
`
  return [
    {path: 'go-gate.sh', text: script, executable: true},
    {path: 'go-gate.yml', text: workflow},
  ]
}
