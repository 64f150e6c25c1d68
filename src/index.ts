// The library: typed results of the same operations the command line prints. Grows with the operations.
export type {Envelope, Cause, Note, Program, ArtifactEntry, ChainStep} from './findings/envelope.ts'
export type {Finding, Hazard, Observation, Severity, Fix, Edit, Measured, Subject} from './findings/finding.ts'
export {confidenceWord} from './findings/finding.ts'
export type {ByteSource} from './base/byte-source.ts'
export {memorySource} from './base/byte-source.ts'
export {TriageError} from './base/errors.ts'
export {nodeHost} from './host/node/node-host.ts'
