// Package gin declares what fixtures use of github.com/gin-gonic/gin; nothing here does anything.
package gin

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

type H map[string]any

type HandlerFunc func(*Context)

type HandlersChain []HandlerFunc

type Param struct{ Key, Value string }

type Params []Param

type ResponseWriter interface {
	http.ResponseWriter
	http.Flusher
	Status() int
	Size() int
	WriteString(string) (int, error)
	Written() bool
}

type Error struct {
	Err  error
	Meta any
}

func (e *Error) Error() string { return e.Err.Error() }

// Context has the exported fields of gin.Context v1.10.
type Context struct {
	Request  *http.Request
	Writer   ResponseWriter
	Params   Params
	Errors   []*Error
	Accepted []string

	mu   sync.RWMutex
	Keys map[string]any
}

var _ context.Context = (*Context)(nil)

func (c *Context) Copy() *Context                                 { return c }
func (c *Context) Next()                                          {}
func (c *Context) Abort()                                         {}
func (c *Context) IsAborted() bool                                { return false }
func (c *Context) AbortWithStatus(code int)                       {}
func (c *Context) AbortWithStatusJSON(code int, jsonObj any)      {}
func (c *Context) AbortWithStatusPureJSON(code int, jsonObj any)  {}
func (c *Context) AbortWithError(code int, err error) *Error      { return nil }
func (c *Context) Error(err error) *Error                         { return nil }
func (c *Context) Set(key string, value any)                      {}
func (c *Context) Get(key string) (value any, exists bool)        { return nil, false }
func (c *Context) MustGet(key string) any                         { return nil }
func (c *Context) GetString(key string) string                    { return "" }
func (c *Context) GetBool(key string) bool                        { return false }
func (c *Context) GetInt(key string) int                          { return 0 }
func (c *Context) GetInt64(key string) int64                      { return 0 }
func (c *Context) Param(key string) string                        { return "" }
func (c *Context) Query(key string) string                        { return "" }
func (c *Context) DefaultQuery(key, defaultValue string) string   { return "" }
func (c *Context) PostForm(key string) string                     { return "" }
func (c *Context) GetHeader(key string) string                    { return "" }
func (c *Context) Header(key, value string)                       {}
func (c *Context) Bind(obj any) error                             { return nil }
func (c *Context) BindJSON(obj any) error                         { return nil }
func (c *Context) ShouldBind(obj any) error                       { return nil }
func (c *Context) ShouldBindJSON(obj any) error                   { return nil }
func (c *Context) ClientIP() string                               { return "" }
func (c *Context) FullPath() string                               { return "" }
func (c *Context) Status(code int)                                {}
func (c *Context) JSON(code int, obj any)                         {}
func (c *Context) IndentedJSON(code int, obj any)                 {}
func (c *Context) String(code int, format string, values ...any)  {}
func (c *Context) HTML(code int, name string, obj any)            {}
func (c *Context) Data(code int, contentType string, data []byte) {}
func (c *Context) Redirect(code int, location string)             {}
func (c *Context) File(filepath string)                           {}
func (c *Context) Stream(step func(w io.Writer) bool) bool        { return false }
func (c *Context) SSEvent(name string, message any)               {}
func (c *Context) Deadline() (deadline time.Time, ok bool)        { return time.Time{}, false }
func (c *Context) Done() <-chan struct{}                          { return nil }
func (c *Context) Err() error                                     { return nil }
func (c *Context) Value(key any) any                              { return nil }

type IRoutes interface {
	Use(...HandlerFunc) IRoutes
	Handle(string, string, ...HandlerFunc) IRoutes
	Any(string, ...HandlerFunc) IRoutes
	GET(string, ...HandlerFunc) IRoutes
	POST(string, ...HandlerFunc) IRoutes
	DELETE(string, ...HandlerFunc) IRoutes
	PATCH(string, ...HandlerFunc) IRoutes
	PUT(string, ...HandlerFunc) IRoutes
}

type RouterGroup struct{ Handlers HandlersChain }

func (g *RouterGroup) Group(relativePath string, handlers ...HandlerFunc) *RouterGroup { return g }
func (g *RouterGroup) Use(middleware ...HandlerFunc) IRoutes                           { return g }
func (g *RouterGroup) Handle(method, path string, handlers ...HandlerFunc) IRoutes     { return g }
func (g *RouterGroup) Any(path string, handlers ...HandlerFunc) IRoutes                { return g }
func (g *RouterGroup) GET(path string, handlers ...HandlerFunc) IRoutes                { return g }
func (g *RouterGroup) POST(path string, handlers ...HandlerFunc) IRoutes               { return g }
func (g *RouterGroup) DELETE(path string, handlers ...HandlerFunc) IRoutes             { return g }
func (g *RouterGroup) PATCH(path string, handlers ...HandlerFunc) IRoutes              { return g }
func (g *RouterGroup) PUT(path string, handlers ...HandlerFunc) IRoutes                { return g }

type Engine struct {
	RouterGroup
	ContextWithFallback bool
}

type OptionFunc func(*Engine)

func New(opts ...OptionFunc) *Engine                                 { return &Engine{} }
func Default(opts ...OptionFunc) *Engine                             { return &Engine{} }
func Logger() HandlerFunc                                            { return nil }
func Recovery() HandlerFunc                                          { return nil }
func WrapH(h http.Handler) HandlerFunc                               { return nil }
func CreateTestContext(w http.ResponseWriter) (*Context, *Engine)    { return nil, nil }
func (e *Engine) Use(middleware ...HandlerFunc) IRoutes              { return e }
func (e *Engine) Run(addr ...string) error                           { return nil }
func (e *Engine) ServeHTTP(w http.ResponseWriter, req *http.Request) {}
func (e *Engine) HandleContext(c *Context)                           {}
