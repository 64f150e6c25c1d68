// Files as an older revision of a repository has them. Node's answer is in src/host/node/git-revision.ts.

export interface Revision {
  /** Directory of the repository, absolute, links resolved. */
  readonly root: string
  /** The file's bytes at the revision, by its path below the root; undefined when it was not there. */
  read(path: string): Promise<Uint8Array | undefined>
  close(): void
}

/** A TriageError when there is no repository, no git, or no such revision. */
export type OpenRevision = (directory: string, revision: string) => Promise<Revision>
