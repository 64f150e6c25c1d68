// JSON of an envelope: keys in the order of the schema, one document, newline at the end, bigints as decimal strings.
import type {Envelope} from './envelope.ts'

export const envelopeJson = (envelope: Envelope): string =>
  `${JSON.stringify(envelope, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value), 2)}\n`
