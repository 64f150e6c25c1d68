// gin-keys-direct-access: the map behind a gin.Context is used without its lock. See rule.md.
import {defineRule} from '../../analysis/engine/rule.ts'
import {isGinContext} from '../../analysis/reading/gin.ts'
import {isTestFile} from '../../analysis/reading/terms.ts'

export default defineRule({
  id: 'gin-keys-direct-access',
  title: 'The keys of a gin.Context are used directly',
  severity: 'warning',
  confidence: 0.93,
  preset: 'strict',
  since: '0.1',
  sources: ['https://pkg.go.dev/github.com/gin-gonic/gin#Context'],
  messages: {
    write: {
      what: '{keys} is written directly',
      why: 'the map is nil until the first Set, so that a direct store may panic, and only Set and Get hold the lock that guards it',
      next: 'Use Set.',
    },
    read: {
      what: '{keys} is read directly',
      why: 'only Set and Get hold the lock that guards the map: a direct read beside a Set in another goroutine is a data race',
      next: 'Use Get.',
    },
  },

  run(pass) {
    for (const selector of pass.nodes('SelectorExpr')) {
      if (selector.sel.name !== 'Keys' || isTestFile(pass, selector) || pass.package.types.path === 'github.com/gin-gonic/gin') continue
      if (pass.selection(selector)?.kind !== 'field' || !isGinContext(pass.typeOf(selector.x))) continue
      const index = pass.parent(selector)
      const outer = index === undefined ? undefined : pass.parent(index)
      const written = index?.kind === 'IndexExpr' && outer?.kind === 'AssignStmt' && outer.lhs.includes(index)
      pass.report(selector, written ? 'write' : 'read', {data: {keys: pass.text(selector)}})
    }
  },
})
