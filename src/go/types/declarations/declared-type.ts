// A declared type of a declaration file: what stands behind its name is read when something looks at it. It is a Named like any other for those
// who see it; fields that are filled once are accessors here.
import type {Instances} from '../instantiation.ts'
import type {Func, TypeName} from '../objects.ts'
import type {Named, Type, TypeParam} from '../types.ts'

export interface Declaration {
  readonly tparams: readonly TypeParam[] | undefined
  readonly fromRHS: Type
  readonly methods: Func[]
}

export class DeclaredType implements Named {
  readonly kind = 'Named'
  readonly checker: Instances
  readonly inst = undefined
  obj: TypeName
  unpacked = false
  finite: boolean | undefined = undefined
  underlying: Type | undefined = undefined
  #read: (() => Declaration) | undefined
  #tparams: readonly TypeParam[] | undefined
  #fromRHS: Type | undefined
  #methods: Func[] = []

  constructor(checker: Instances, obj: TypeName, read: () => Declaration) {
    this.checker = checker
    this.obj = obj
    this.#read = read
  }

  #fill(): void {
    const read = this.#read
    if (read === undefined) return
    this.#read = undefined
    const {tparams, fromRHS, methods} = read()
    this.#tparams = tparams
    this.#fromRHS = fromRHS
    this.#methods = methods
  }

  get tparams(): readonly TypeParam[] | undefined {
    this.#fill()
    return this.#tparams
  }

  set tparams(value: readonly TypeParam[] | undefined) {
    this.#tparams = value
  }

  get fromRHS(): Type | undefined {
    this.#fill()
    return this.#fromRHS
  }

  set fromRHS(value: Type | undefined) {
    this.#fromRHS = value
  }

  get methods(): Func[] {
    this.#fill()
    return this.#methods
  }

  set methods(value: Func[]) {
    this.#methods = value
  }
}
