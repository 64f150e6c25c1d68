// The cost profiles that ship, by name. Each says which machine it comes from; `gotriage simulate calibrate` writes one for yours.
import type {CostProfile} from './cost-profile.ts'
import epycGuest from './epyc-guest.json' with {type: 'json'}
import xeonGuest from './xeon-guest.json' with {type: 'json'}

/** A profile from a file may name a distribution by its parts only; `kind` is what the compiler cannot see in JSON. */
const asProfile = (json: object): CostProfile => json as CostProfile // checked field by field in scenario/profile-file.ts and by a test

export const profiles: Readonly<Record<string, CostProfile>> = {
  'xeon-guest': asProfile(xeonGuest),
  'epyc-guest': asProfile(epycGuest),
}

/** The machine class that docs/validation.md was made on. */
export const defaultProfile = 'xeon-guest'
