// What a thread needs to parse everything Go accepts: go/parser allows 100,000 levels of nesting, the main thread of Node ends at a few
// thousand. Whoever starts a worker for the front end gives it these limits; elsewhere such a file carries `tooDeepMessage` as its error.

/** For worker_threads' `resourceLimits`. Parentheses and calls stay below 64 MB; 99,000 structs in one
 * another, 7 frames each, do not. Pages that are never touched cost nothing. */
export const frontEndLimits = {
  stackSizeMb: 128,
  /** Trees of one file live until the next: with the default of 48 MB (three times 16) half of the time is spent moving them. */
  maxYoungGenerationSizeMb: 192,
} as const

/** What a file says that nests deeper than the stack of this thread allows. */
export const tooDeepMessage = 'nested too deeply for the stack of this thread'
