// `gotriage diagnose --before DIR --after DIR`: both sides diagnosed alike; the answer is AFTER's, with the comparison beside it.
import type {Host} from '../base/host.ts'
import type {Task} from '../base/progress.ts'
import {compareDiagnoses} from '../diagnosis/compare.ts'
import {diagnose, type Diagnosis, type DiagnoseServices} from './diagnose.ts'

export interface ChangeRequest {
  readonly before: string
  readonly after: string
  /** Module to read as the source of both sides. */
  readonly source?: string
}

export async function diagnoseChange(
  {before, after, source}: ChangeRequest,
  host: Host,
  task: Task,
  services: DiagnoseServices = {},
): Promise<Diagnosis> {
  const side = (path: string) => diagnose({paths: [path], ...(source === undefined ? {} : {source})}, host, task, services)
  const was = await side(before)
  const is = await side(after)
  const comparison = compareDiagnoses(
    {path: before, envelope: was.envelope, evidence: was.evidence},
    {path: after, envelope: is.envelope, evidence: is.evidence},
  )
  const complete = was.envelope.complete && is.envelope.complete
  const unread = was.envelope.notes.filter(note => note.path !== undefined && !is.envelope.notes.some(other => other.path === note.path))
  return {...is, envelope: {...is.envelope, complete, comparison, notes: [...unread, ...is.envelope.notes]}}
}
