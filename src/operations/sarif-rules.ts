// What SARIF says of gotriage's rules: title, default severity and the rule's page.
import type {SarifRule} from '../findings/sarif.ts'
import {suppressionRules} from '../analysis/suppression/apply-directives.ts'
import {allRules} from './check-module.ts'
import {pages} from './pages.generated.ts'

export const sarifRules = (): SarifRule[] =>
  [...allRules, ...suppressionRules]
    .map(({id, title, severity}) => {
      const page = pages.get(id)?.text
      return {id, title, severity, ...(page === undefined ? {} : {page})}
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1))
