import {expect, test} from 'vitest'
import {declaredName, parseSymbolName} from './symbol-name.ts'

test.each([
  ['main.main', 'main.main', []],
  ['net/http.(*conn).serve', 'net/http.(*conn).serve', []],
  ['net/http.HandlerFunc.ServeHTTP', 'net/http.HandlerFunc.ServeHTTP', []],
  ['example.com/shop/cart.(*Cart).Add.func1.2', 'example.com/shop/cart.(*Cart).Add', ['func1', '2']],
  ['gopkg.in/yaml%2ev3.Unmarshal', 'gopkg.in/yaml.v3.Unmarshal', []],
  ['main.init.0', 'main.init', []],
  ['main.init.func1', 'main.init', ['func1']],
  ['main.init.0.func1', 'main.init', ['func1']],
  ['main.glob..func1', 'main.init', ['func1']],
  ['main.F-range1', 'main.F', []],
  ['main.F.gowrap1', 'main.F', ['gowrap1']],
  ['main.T.M-fm', 'main.T.M', []],
  ['main.F[...]', 'main.F', []],
  ['main.(*T[go.shape.string,go.shape.int]).M', 'main.(*T).M', []],
  ['main.F[github.com/a/b.C]', 'main.F', []],
  ['vendor/golang.org/x/net/http2.(*Framer).ReadFrame', 'vendor/golang.org/x/net/http2.(*Framer).ReadFrame', []],
])('%s belongs to %s', (text, declared, closures) => {
  const symbol = parseSymbolName(text)
  expect(symbol && declaredName(symbol)).toBe(declared)
  expect(symbol?.closures).toEqual(closures)
})

test('a cgo call wrapper names the C function it calls', () => {
  expect(parseSymbolName('main._Cfunc_sleep')).toMatchObject({packagePath: 'main', name: 'sleep', wrapper: 'cgo-call'})
})

test('plain C symbols are not Go symbols', () => {
  expect(parseSymbolName('malloc')).toBeUndefined()
})
