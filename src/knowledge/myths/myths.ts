// All myths, by id; and which of them a text repeats.
import {mythsFoundLater} from './later.ts'
import type {Myth} from './myth.ts'
import {mythsOfCgo} from './s1-cgo.ts'
import {mythsOfMaps} from './s1-maps.ts'
import {mythsOfMiddlewareAndUnsafe} from './s2.ts'
import {mythsOfTheScheduler} from './s3.ts'
import {mythsOfTheHeap} from './s4.ts'
import {mythsOfThreadsAndRendering} from './s5.ts'

export const myths: readonly Myth[] = [
  ...mythsOfMaps,
  ...mythsOfCgo,
  ...mythsOfMiddlewareAndUnsafe,
  ...mythsOfTheScheduler,
  ...mythsOfTheHeap,
  ...mythsOfThreadsAndRendering,
  ...mythsFoundLater,
]

/** `E-14` and `myth-E-14`, in any case. */
export function mythOf(id: string): Myth | undefined {
  const plain = id.replace(/^myth-/i, '').toUpperCase()
  return myths.find(myth => myth.id === plain)
}

export interface Repeated {
  readonly myth: Myth
  readonly sentence: string
}

/** Longest sentence that is looked at; a longer one is cut there. Unit: characters. Prose has none, and patterns stay quick. */
const sentenceCharactersMax = 1000

/** A sentence that names a myth as one: by its id, or with a word that says so. */
const namesAMyth =
  /\bE-\d{1,3}\b|\bmyths?\b|\bmisbelie[fv]|\b(?:false|wrong) (?:belief|claim)|\bcontrary to (?:a )?(?:common|popular|widespread)/i

/** Sentences of a text: they end at a full stop, question or exclamation mark before a space, at a cell of a table, and at the end of a line. */
export const sentencesOf = (text: string): string[] =>
  text
    .split('\n')
    .flatMap(line => (line.trimStart().startsWith('|') ? line.split('|') : line.split(/(?<=[.!?])\s+/)))
    .map(sentence => sentence.trim().slice(0, sentenceCharactersMax))
    .filter(sentence => sentence !== '')

const negation = /\b(?:not|no|never|nor|neither|nothing|cannot|without)\b|n['’]t\b/i
/** How far before a match a negation still belongs to it, as in "do not call …". Unit: characters. */
const negationReachCharacters = 12

/** Whether the sentence says what the pattern looks for. A negation denies it, unless it is part of the belief and so of the pattern. */
function asserts(sentence: string, says: RegExp): boolean {
  const match = says.exec(sentence)
  if (match === null) return false
  const reach = sentence.slice(Math.max(0, match.index - negationReachCharacters), match.index + match[0].length)
  return negation.test(says.source) || !negation.test(reach)
}

/** The sentences of a text that say a false belief as truth. */
export function repeatedMyths(text: string, among: readonly Myth[] = myths): Repeated[] {
  return sentencesOf(text)
    .filter(sentence => !namesAMyth.test(sentence))
    .flatMap(sentence =>
      among
        .filter(myth => myth.says.some(says => asserts(sentence, says)) && !(myth.unless ?? []).some(unless => unless.test(sentence)))
        .map(myth => ({myth, sentence})),
    )
}
