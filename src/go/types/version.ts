// Language versions as their minor number (go/types version.go, go/version.Lang).

/** The newest language version this checker knows. */
export const currentVersion = 26

/** 21 for `go1.21`, `1.21.3` and `go1.21rc1`; 0 when there is none. */
export function languageVersion(version: string | undefined): number {
  const match = /^(?:go)?1\.(\d+)/.exec(version ?? '')
  return match === null ? 0 : Number(match[1])
}

/** Version of a file: its own `//go:build` line, never below 1.21, else that of its package (go/types Checker.initFiles). */
export function fileVersion(own: string | undefined, ofPackage: string | undefined): number {
  const version = languageVersion(own)
  return version > 0 ? Math.max(version, 21) : languageVersion(ofPackage)
}
