// Focus, ignore, hide, show, show_from, prune and the tag filters: which samples and frames a report gets to see.
// Follows github.com/google/pprof/profile/filter.go, prune.go and internal/driver/driver_focus.go.
import {baseLabel, labelSet, rewriteLabels} from './labels.ts'
import type {LabelSet, NumberLabelUnits} from './labels.ts'
import {scale} from './measurement.ts'
import {compilePattern, remembering} from './pattern.ts'
import type {Pattern} from './pattern.ts'
import {cutStacks, mapLines, range} from './working-profile.ts'
import type {WorkingProfile} from './working-profile.ts'

export interface FilterOptions {
  readonly focus: string
  readonly ignore: string
  readonly hide: string
  readonly show: string
  readonly showFrom: string
  readonly pruneFrom: string
  readonly tagFocus: string
  readonly tagIgnore: string
  readonly tagShow: string
  readonly tagHide: string
}

type Warn = (line: string) => void

const compiled = (source: string, what: string): Pattern | undefined =>
  source === '' ? undefined : remembering(compilePattern(source, what))

export function applyFilters(profile: WorkingProfile, options: FilterOptions, units: NumberLabelUnits, warn: Warn): void {
  const focus = compiled(options.focus, 'focus')
  const ignore = compiled(options.ignore, 'ignore')
  const hide = compiled(options.hide, 'hide')
  const show = compiled(options.show, 'show')
  const showFrom = compiled(options.showFrom, 'show_from')
  const tagFocus = compileTagFilter('tagfocus', options.tagFocus, units, warn)
  const tagIgnore = compileTagFilter('tagignore', options.tagIgnore, units, warn)
  const pruneFrom = compiled(options.pruneFrom, 'prune_from')
  const tagShow = compiled(options.tagShow, 'tagshow')
  const tagHide = compiled(options.tagHide, 'taghide')

  const none = (matched: boolean, option: string) => {
    if (!matched) warn(`${option} expression matched no samples`)
  }
  if (focus ?? ignore ?? hide ?? show) {
    const matched = filterByName(profile, focus, ignore, hide, show)
    none(focus === undefined || matched.focus, 'Focus')
    none(ignore === undefined || matched.ignore, 'Ignore')
    none(hide === undefined || matched.hide, 'Hide')
    none(show === undefined || matched.show, 'Show')
  }
  if (showFrom !== undefined) none(filterShowFrom(profile, showFrom), 'ShowFrom')
  if (tagFocus ?? tagIgnore) {
    const matched = filterByTag(profile, tagFocus, tagIgnore)
    none(tagFocus === undefined || matched.focus, 'TagFocus')
    none(tagIgnore === undefined || matched.ignore, 'TagIgnore')
  }
  if (tagShow ?? tagHide) filterTags(profile, tagShow, tagHide)
  if (pruneFrom !== undefined) pruneFromPattern(profile, pruneFrom)
}

const lineMatches = (profile: WorkingProfile, line: number, pattern: Pattern): boolean => {
  const index = profile.lines.functionOf[line]!
  return pattern.test(profile.functionName[index]!) || pattern.test(profile.functionFile[index]!)
}

function mappingMatches(profile: WorkingProfile, location: number, pattern: Pattern): boolean {
  const mapping = profile.mappings[profile.locationMapping[location]!]
  return mapping !== undefined && pattern.test(mapping.file)
}

function locationMatches(profile: WorkingProfile, location: number, pattern: Pattern): boolean {
  const {start} = profile.lines
  for (let line = start[location]!; line < start[location + 1]!; line++) if (lineMatches(profile, line, pattern)) return true
  return mappingMatches(profile, location, pattern)
}

interface NameMatches {
  readonly focus: boolean
  readonly ignore: boolean
  readonly hide: boolean
  readonly show: boolean
}

const unmarked = 0
const ignored = 1
const focused = 2

function filterByName(
  profile: WorkingProfile,
  focus: Pattern | undefined,
  ignore: Pattern | undefined,
  hide: Pattern | undefined,
  show: Pattern | undefined,
): NameMatches {
  const matched = {focus: false, ignore: false, hide: false, show: false}
  const mark = new Uint8Array(profile.locationCount)
  const hidden = new Uint8Array(profile.locationCount)
  let anyHidden = false
  for (let location = 0; location < profile.locationCount; location++) {
    if (ignore !== undefined && locationMatches(profile, location, ignore)) {
      matched.ignore = true
      mark[location] = ignored
    } else if (focus === undefined || locationMatches(profile, location, focus)) {
      matched.focus = true
      mark[location] = focused
    }
  }
  if (hide ?? show) {
    mapLines(profile, (start, end, location) => {
      let kept = range(start, end)
      if (hide !== undefined && locationMatches(profile, location, hide)) {
        matched.hide = true
        kept = mappingMatches(profile, location, hide) ? [] : kept.filter(line => !lineMatches(profile, line, hide))
        if (kept.length === 0) hidden[location] = 1
      }
      if (show !== undefined) {
        if (!mappingMatches(profile, location, show)) kept = kept.filter(line => lineMatches(profile, line, show))
        if (kept.length === 0) hidden[location] = 1
        else matched.show = true
      }
      if (hidden[location] === 1) anyHidden = true
      return kept
    })
  }
  const stacks = profile.stackStart.length - 1
  for (let stack = 0; stack < stacks; stack++) {
    let state = unmarked
    for (let at = profile.stackStart[stack]!; at < profile.stackStart[stack + 1]! && state !== ignored; at++) {
      state = mark[profile.stackLocation[at]!] === unmarked ? state : mark[profile.stackLocation[at]!]!
    }
    if (state !== focused) profile.stackDropped[stack] = 1
  }
  if (anyHidden) dropHidden(profile, hidden)
  return matched
}

/** Takes hidden locations out of every stack; a stack that loses all of them is dropped. */
function dropHidden(profile: WorkingProfile, hidden: Uint8Array): void {
  const stacks = profile.stackStart.length - 1
  const stackStart = new Uint32Array(stacks + 1)
  const kept = new Uint32Array(profile.stackLocation.length)
  let used = 0
  for (let stack = 0; stack < stacks; stack++) {
    for (let at = profile.stackStart[stack]!; at < profile.stackStart[stack + 1]!; at++) {
      const location = profile.stackLocation[at]!
      if (hidden[location] === 0) kept[used++] = location
    }
    stackStart[stack + 1] = used
    if (stackStart[stack] === used) profile.stackDropped[stack] = 1
  }
  profile.stackStart = stackStart
  profile.stackLocation = kept.subarray(0, used)
}

function filterShowFrom(profile: WorkingProfile, pattern: Pattern): boolean {
  const matches = new Uint8Array(profile.locationCount)
  mapLines(profile, (start, end, location) => {
    if (mappingMatches(profile, location, pattern)) {
      matches[location] = 1
      return range(start, end)
    }
    for (let line = end - 1; line >= start; line--) {
      if (!lineMatches(profile, line, pattern)) continue
      matches[location] = 1
      return range(start, line + 1)
    }
    return range(start, end)
  })
  cutStacks(profile, (start, end, stack) => {
    for (let at = end - 1; at >= start; at--) if (matches[profile.stackLocation[at]!] === 1) return [start, at + 1]
    profile.stackDropped[stack] = 1
    return [start, start]
  })
  return matches.includes(1)
}

const reservedNames = ['(anonymous namespace)', 'operator()']

/** The name without its argument list, as prune.go sees it. */
function simplified(raw: string): string {
  const name = raw.startsWith('.') ? raw.slice(1) : raw
  for (let at = name.indexOf('('); at >= 0; at = name.indexOf('(', at + 1)) {
    const before = reservedNames.find(reserved => name.startsWith(reserved, at - reserved.indexOf('(')))
    if (before === undefined) return name.slice(0, at)
    at += before.length - before.indexOf('(') - 1
  }
  return name
}

/** What `drop_frames` and `keep_frames` inside a profile ask for: frames of profilers and allocators go. */
export function removeUninteresting(profile: WorkingProfile): void {
  const {dropFrames, keepFrames} = profile.header
  if (dropFrames === '') return
  const drop = compilePattern(`^(${dropFrames})$`, 'drop_frames')
  const keep = keepFrames === '' ? undefined : compilePattern(`^(${keepFrames})$`, 'keep_frames')
  const goes = remembering({
    source: dropFrames,
    test: name => {
      const short = simplified(name)
      return drop.test(short) && !(keep?.test(short) ?? false)
    },
  })
  const whole = new Uint8Array(profile.locationCount)
  const beneath = new Uint8Array(profile.locationCount)
  mapLines(profile, (start, end, location) => {
    for (let line = end - 1; line >= start; line--) {
      const name = profile.functionName[profile.lines.functionOf[line]!]!
      if (name === '' || !goes.test(name)) continue
      beneath[location] = 1
      if (line === end - 1) whole[location] = 1
      else return range(line + 1, end)
      break
    }
    return range(start, end)
  })
  cutStacks(profile, (start, end) => {
    let foundUser = false
    for (let at = end - 1; at >= start; at--) {
      const location = profile.stackLocation[at]!
      if (beneath[location] === 0) foundUser = true
      else if (foundUser) return [whole[location] === 1 ? at + 1 : at, end]
    }
    return [start, end]
  })
}

function pruneFromPattern(profile: WorkingProfile, pattern: Pattern): void {
  const beneath = new Uint8Array(profile.locationCount)
  mapLines(profile, (start, end, location) => {
    for (let line = start; line < end; line++) {
      const name = profile.functionName[profile.lines.functionOf[line]!]!
      if (name === '' || !pattern.test(simplified(name))) continue
      beneath[location] = 1
      return range(line, end)
    }
    return range(start, end)
  })
  cutStacks(profile, (start, end) => {
    for (let at = start; at < end; at++) if (beneath[profile.stackLocation[at]!] === 1) return [at, end]
    return [start, end]
  })
}

type TagFilter = (set: LabelSet) => boolean

function compileTagFilter(name: string, filter: string, units: NumberLabelUnits, warn: Warn): TagFilter | undefined {
  if (filter === '') return undefined
  const equals = filter.indexOf('=')
  const key = equals < 0 ? '' : filter.slice(0, equals)
  const value = equals < 0 ? filter : filter.slice(equals + 1)
  const inRange = parseTagRange(value)
  if (inRange !== undefined) {
    warn(`${name}:Interpreted '${value}' as range, not regexp`)
    const any = (wanted: string, values: readonly number[]) => values.some(v => inRange(v, units.unitOf.get(wanted) ?? ''))
    if (key === '') return set => [...set.numbers].some(([k, {values}]) => any(k, values))
    return set => any(key, set.numbers.get(key)?.values ?? [])
  }
  const patterns = value.split(',').map(source => compilePattern(source, name))
  if (key === '') {
    return set => patterns.every(p => [...set.strings].some(([k, values]) => values.some(v => p.test(`${k}:${v}`))))
  }
  return set => (set.strings.get(key) ?? []).some(v => patterns.some(p => p.test(v)))
}

const tagBound = /([+-]?[0-9]+)([A-Za-z]+)?/g

/** `1kb`, `1kb:`, `:10kb`, `1kb:10kb`; undefined when the filter is something else. */
function parseTagRange(filter: string): ((value: number, unit: string) => boolean) | undefined {
  const bounds = [...filter.matchAll(tagBound)].slice(0, 2)
  const [first, second] = bounds
  if (first === undefined) return undefined
  const firstUnit = first[2] ?? ''
  const low = scale(Number(first[1]), firstUnit, firstUnit)
  const within = (accept: (scaled: number) => boolean) => (value: number, unit: string) => {
    const scaled = scale(value, unit, low.unit)
    return scaled.unit === low.unit && accept(scaled.value)
  }
  if (second === undefined) {
    if (filter === first[0]) return within(v => v === low.value)
    if (filter === `${first[0]}:`) return within(v => v >= low.value)
    if (filter === `:${first[0]}`) return within(v => v <= low.value)
    return undefined
  }
  if (filter !== `${first[0]}:${second[0]}`) return undefined
  const high = scale(Number(second[1]), second[2] ?? '', low.unit)
  return high.unit === low.unit ? within(v => v >= low.value && v <= high.value) : undefined
}

function filterByTag(
  profile: WorkingProfile,
  focus: TagFilter | undefined,
  ignore: TagFilter | undefined,
): {focus: boolean; ignore: boolean} {
  const matched = {focus: false, ignore: false}
  for (let set = 0; set < profile.labels.count; set++) {
    const labels = labelSet(profile.labels, profile.strings, set)
    const isFocused = focus === undefined || focus(labels)
    const isIgnored = ignore?.(labels) ?? false
    if (isFocused) matched.focus = true
    if (isIgnored) matched.ignore = true
    if (!isFocused || isIgnored) profile.labelsDropped[set] = 1
  }
  return matched
}

function filterTags(profile: WorkingProfile, show: Pattern | undefined, hide: Pattern | undefined): void {
  const stays = ([key]: readonly [string, unknown]) => (show?.test(key) ?? true) && !(hide?.test(key) ?? false)
  rewriteLabels(profile, set => ({strings: new Map([...set.strings].filter(stays)), numbers: new Map([...set.numbers].filter(stays))}))
}

/** The mark of base samples is not shown among the labels. */
export function removeBaseLabel(profile: WorkingProfile): void {
  rewriteLabels(profile, set => ({strings: new Map([...set.strings].filter(([key]) => key !== baseLabel)), numbers: set.numbers}))
}
