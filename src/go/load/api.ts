// What loading gives to those behind it: packages, their files and the build configuration, as `go list -deps` would say, without running go.
// Loading is asynchronous and reads import clauses only; everything on `Loaded` but `preload` is synchronous.
import type {DeclarationCache} from '../../base/declaration-cache.ts'
import type {Host} from '../../base/host.ts'
import type {Task} from '../../base/progress.ts'

export interface LoadOptions {
  /** The directory of `-C`: patterns and the main module are looked up from here. Absolute, or relative to the host's cwd. */
  readonly dir: string
  /** As for `go list`: `./...`, `.`, import paths, `std`, `cmd`, `all` is not one of them. None means `.`. */
  readonly patterns: readonly string[]
  /** Also load test files of the root packages: `p [p.test]` and `p_test [p.test]`. */
  readonly tests?: boolean
  /** Extra build tags; else those of `-tags` in GOFLAGS. */
  readonly tags?: readonly string[]
  /** Each wins over the environment, which wins over the `go env` file, which wins over the platform's default. */
  readonly goos?: string
  readonly goarch?: string
  readonly cgo?: boolean
  /** `bundled` ignores an installed GOROOT and uses the declarations that ship with gotriage; default `installed` with `bundled` as fallback. */
  readonly std?: 'installed' | 'bundled'
  /** GOROOT to use; default: environment, `go env` file, the `go` on PATH, the usual places. */
  readonly goroot?: string
  /** Further directories that may be read; the repository of `dir`, GOROOT, GOPATH and GOMODCACHE always may. */
  readonly roots?: readonly string[]
  /** Platform to assume for defaults; default: the host's, else linux/amd64. */
  readonly hostPlatform?: {readonly goos: string; readonly goarch: string}
  /** Sort test files into `testGoFiles` and `xTestGoFiles` for every package, not only for roots; costs their reading. */
  readonly testFilesOfDependencies?: boolean
  /** Where heads of files of the module cache and GOROOT are kept between loads; `nowMs`: milliseconds since the epoch. */
  readonly kept?: {readonly cache: DeclarationCache; readonly nowMs: number}
}

/** The build configuration, with everything that decides which files take part. */
export interface LoadConfig {
  readonly goos: string
  readonly goarch: string
  readonly cgo: boolean
  /** As the user gave them, sorted. */
  readonly tags: readonly string[]
  /** `GOROOT go1.26.8` or `bundled go1.26`; for the envelope's `config.std`. */
  readonly std: string
  /** Of the standard library in use, e.g. `go1.26.8`. */
  readonly goVersion: string
  /** Undefined when the bundled declarations stand in for it. */
  readonly goroot: string | undefined
  readonly gopath: string
  readonly gomodcache: string
  /** The go.work in use. */
  readonly gowork: string | undefined
  /** Whether dependencies come from `vendor/`. */
  readonly vendored: boolean
  /** Whether a build constraint's tag holds: GOOS, GOARCH, cgo, `unix`, `gc`, release tags, experiments, user tags. */
  readonly satisfies: (tag: string) => boolean
}

export interface LoadedModule {
  readonly path: string
  /** Undefined for main modules and directory replacements. */
  readonly version: string | undefined
  readonly main: boolean
  /** Where its files are; undefined when it is not on this machine. */
  readonly dir: string | undefined
  /** As its go.mod says, without `go`: `1.21`, `1.23.4`; undefined when it says none. */
  readonly goVersion: string | undefined
  /** `//go:debug` defaults from its go.mod. */
  readonly godebug: ReadonlyMap<string, string>
  readonly replace: {readonly path: string; readonly version: string | undefined} | undefined
}

/** By what a program's GODEBUG defaults are chosen: those of go.work where there is one, else of the main module's go.mod. */
export interface ProgramDefaults {
  /** `1.24`, `1.23.4`; where no go line is written, what go takes then (cmd/go/internal/gover: 1.16, for go.work 1.18). */
  readonly goVersion: string
  /** The godebug lines. */
  readonly godebug: Readonly<Record<string, string>>
}

/** One file of a package; the same object wherever the file takes part (`p` and `p [p.test]` share it). */
export interface SourceFile {
  /** Absolute, `/`-separated, physical. Bundled declarations have `std:/net/http/http.go`-like paths. */
  readonly path: string
  /** Base name. */
  readonly name: string
}

export interface LoadedPackage {
  /** `go list`'s ImportPath: `p`, `p [p.test]`, `p_test [p.test]`, `vendor/golang.org/x/…`. Unique. */
  readonly id: string
  /** The id without ` [p.test]`. */
  readonly importPath: string
  /** From the package clauses; the last element of the path as a guess when there are none. */
  readonly name: string
  readonly dir: string
  /** Undefined for the standard library. */
  readonly module: LoadedModule | undefined
  readonly standard: boolean
  /** Whether a pattern matched it (or the package it is a test of). */
  readonly root: boolean
  /** The import path of the package whose test this variant is made for. */
  readonly forTest: string | undefined
  /** Language version for files that set none: `go1.21`. */
  readonly goVersion: string
  /** What a type checker reads, in go list's order: goFiles and cgoFiles, for `p [p.test]` also testGoFiles, for `p_test [p.test]` xTestGoFiles. */
  readonly files: readonly SourceFile[]
  readonly goFiles: readonly SourceFile[]
  /** Go files that import "C", when cgo is on. */
  readonly cgoFiles: readonly SourceFile[]
  /** Test files are read, and these lists filled, only for roots with `tests` (or with `testFilesOfDependencies`). */
  readonly testGoFiles: readonly SourceFile[]
  readonly xTestGoFiles: readonly SourceFile[]
  /** Go files left out by build constraints, file name or cgo. */
  readonly ignoredGoFiles: readonly SourceFile[]
  readonly sFiles: readonly SourceFile[]
  /** C, C++, Objective-C, Fortran and SWIG files that take part. */
  readonly cFiles: readonly SourceFile[]
  readonly hFiles: readonly SourceFile[]
  /** Objects of other tools (`.syso`). */
  readonly otherFiles: readonly SourceFile[]
  /** Non-Go files left out by build constraints or file name. */
  readonly ignoredOtherFiles: readonly SourceFile[]
  /** Go files whose package clause or imports could not be read; they are in `goFiles` too when their package clause could. */
  readonly invalidGoFiles: readonly SourceFile[]
  /** Import path as written → package id, for every import of `files` that was found. `unsafe` is there, `C` never. */
  readonly imports: ReadonlyMap<string, string>
  /** Import paths of `files` that lead to nothing on this machine. */
  readonly missing: readonly string[]
  /** Declarations only: bodies were dropped (bundled standard library). */
  readonly declarationsOnly: boolean
}

/** Something that was left out, and why. */
export interface LoadNote {
  readonly code:
    | 'module-missing'
    | 'package-missing'
    | 'pattern-unmatched'
    | 'file-unreadable'
    | 'file-too-large'
    | 'outside-roots'
    | 'go-mod-invalid'
    | 'std-missing'
    | 'import-cycle'
    | 'limit'
    | 'setting-ignored'
    | 'package-invalid'
  readonly message: string
  readonly path?: string
}

export interface Loaded {
  readonly config: LoadConfig
  readonly mainModules: readonly LoadedModule[]
  /** What the go command goes by for the runtime's defaults of a program built here (modload.MainModuleSet GoVersion, Godebugs). */
  readonly program: ProgramDefaults
  /** What the patterns matched, in go list's order; with `tests`, `p [p.test]` stands in the place of `p` when p has tests of its own, and `p_test [p.test]` behind it. */
  readonly roots: readonly LoadedPackage[]
  /** Every package reachable from the roots, dependencies first. */
  readonly packages: readonly LoadedPackage[]
  /** In order of discovery, without repetition. */
  readonly notes: readonly LoadNote[]
  package(id: string): LoadedPackage | undefined
  /** The package that `importPath`, written in a file of `from`, means; undefined when it is missing (and for "C"). */
  resolve(from: LoadedPackage, importPath: string): LoadedPackage | undefined
  /** A file's bytes: kept from loading, preloaded, or read now if the host can; a TriageError when the file is gone. */
  bytes(file: SourceFile): Uint8Array
  /** Brings bytes into memory in a bounded parallel batch, for hosts that cannot read synchronously. Files that vanished become notes. */
  preload(files: readonly SourceFile[], task?: Task): Promise<void>
  /** Lets go of the bytes of a file; `bytes` would read them again, where the host can (`readsAgain`). */
  release(file: SourceFile): void
  /** Whether bytes that were released can be had without `preload`. */
  readonly readsAgain: boolean
}

export type LoadPackages = (host: Host, options: LoadOptions, task?: Task) => Promise<Loaded>
