// Helpers for gin: middleware that runs under a condition, typed keys that cannot collide, and goroutines that get a copy of the context.
import {generatedHeader, goFile, type GeneratedFile} from './go-file.ts'

export function ginHelpersGo(packageName: string, config: string): GeneratedFile[] {
  const f = goFile(
    packageName,
    generatedHeader('gin', config),
    `Package ${packageName} has helpers for gin: conditional middleware, typed keys, and goroutines with a copy of the context.

It needs Go 1.21 or later.`,
  )
  f.use('fmt', 'sync', 'github.com/gin-gonic/gin')
  f.print(`
// If runs middleware for requests that match, and goes on with the chain for the others. The decision is made for each request, when it comes.
func If(match func(*gin.Context) bool, middleware gin.HandlerFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		if match(c) {
			middleware(c)
		}
	}
}

// UseIf adds middleware that runs for requests that match. As with Use, only routes that are registered afterwards have it.
func UseIf(routes gin.IRoutes, match func(*gin.Context) bool, middleware ...gin.HandlerFunc) gin.IRoutes {
	wrapped := make([]gin.HandlerFunc, len(middleware))
	for i, m := range middleware {
		wrapped[i] = If(match, m)
	}
	return routes.Use(wrapped...)
}

var (
	namesMu sync.Mutex
	names   = map[string]bool{}
)

// Key is a key of gin.Context with the type of its value.
type Key[T any] struct {
	name string
}

// NewKey makes a key; two keys of one name panic, because each would overwrite the other's values. Make keys in package variables.
func NewKey[T any](name string) Key[T] {
	namesMu.Lock()
	defer namesMu.Unlock()
	if names[name] {
		panic(fmt.Sprintf("gin key %q is made twice", name))
	}
	names[name] = true
	return Key[T]{name}
}

// Set stores the value for the rest of the request.
func (k Key[T]) Set(c *gin.Context, value T) { c.Set(k.name, value) }

// Get gives the value; false when it is not there or was set with another type by c.Set.
func (k Key[T]) Get(c *gin.Context) (T, bool) {
	value, _ := c.Get(k.name)
	typed, ok := value.(T)
	return typed, ok
}

// Go runs fn in a goroutine with a copy of the context: the context itself is used for other requests as soon as the handler returns. The copy
// cannot write an answer. A panic is given to onPanic instead of ending the process, because no recovery middleware sees it there.
func Go(c *gin.Context, fn func(*gin.Context), onPanic func(any)) {
	copied := c.Copy()
	go func() {
		defer func() {
			if p := recover(); p != nil {
				onPanic(p)
			}
		}()
		fn(copied)
	}()
}
`)
  return [{path: 'gin.go', text: f.toString()}]
}
