// Questions about github.com/gin-gonic/gin: its Context, which the engine takes back into a sync.Pool when the handlers have returned
// (gin.go, Engine.ServeHTTP, gin 1.3 to 1.11).
import {must} from '../../base/answer.ts'
import type {CallExpr} from '../../go/syntax/ast.ts'
import type {Type} from '../../go/types/types.ts'
import {isNamed, pointee} from './named.ts'
import type {Source} from './terms.ts'

const contextType = 'github.com/gin-gonic/gin.Context'

export const isGinContext = (type: Type | undefined) => isNamed(pointee(type), contextType)

/** Whether the call is a method of *gin.Context with one of these names. */
export const callsGin = (source: Source, call: CallExpr, ...names: readonly string[]) =>
  names.some(name => must(source.callsMethod(call, contextType, name)))
