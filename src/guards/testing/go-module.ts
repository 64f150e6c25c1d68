// Generated Go under test: a module in a temporary directory, gofmt, vet and runs with the Go of this machine. Third-party packages that a
// generated file imports are small stand-ins with the same signatures, so that tests need no network.
import {execFileSync, spawnSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import type {GeneratedFile} from '../codegen/go-file.ts'

const stubs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'github.com/gin-gonic/gin': {
    'gin.go': `package gin

import "net/http"

type ResponseWriter interface {
	http.ResponseWriter
	Status() int
}

type Context struct {
	Request *http.Request
	Writer  ResponseWriter
	Keys    map[string]any
}

type HandlerFunc func(*Context)

type IRoutes interface{ Use(...HandlerFunc) IRoutes }

func (c *Context) Next()                                   {}
func (c *Context) Abort()                                  {}
func (c *Context) Data(code int, contentType string, d []byte) {}
func (c *Context) Copy() *Context                          { cp := *c; return &cp }
func (c *Context) Set(key string, value any)               {}
func (c *Context) Get(key string) (any, bool)              { return nil, false }
func (c *Context) FullPath() string                        { return "" }
`,
  },
  'go.opentelemetry.io/otel': {
    'attribute/attribute.go': `package attribute

type KeyValue struct{}

func String(key, value string) KeyValue    { return KeyValue{} }
func Int(key string, value int) KeyValue { return KeyValue{} }
`,
    'metric/metric.go': `package metric

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
)

type (
	Observable              interface{}
	Int64ObservableCounter  interface{ Observable }
	Int64ObservableGauge    interface{ Observable }
	Float64ObservableGauge  interface{ Observable }
	InstrumentOption        interface{}
	ObserveOption           interface{}
	MeasurementOption       interface{ ObserveOption }
	Registration            interface{ Unregister() error }
	Callback                func(context.Context, Observer) error
)

type Observer interface {
	ObserveInt64(Observable, int64, ...ObserveOption)
	ObserveFloat64(Observable, float64, ...ObserveOption)
}

type Meter interface {
	Int64ObservableCounter(string, ...InstrumentOption) (Int64ObservableCounter, error)
	Int64ObservableGauge(string, ...InstrumentOption) (Int64ObservableGauge, error)
	Float64ObservableGauge(string, ...InstrumentOption) (Float64ObservableGauge, error)
	RegisterCallback(Callback, ...Observable) (Registration, error)
}

func WithDescription(string) InstrumentOption                     { return nil }
func WithUnit(string) InstrumentOption                            { return nil }
func WithAttributes(...attribute.KeyValue) MeasurementOption { return nil }
`,
  },
  'google.golang.org/grpc': {
    'grpc.go': `package grpc

import "context"

type ClientConn struct{}
type CallOption interface{}
type UnaryInvoker func(ctx context.Context, method string, req, reply any, cc *ClientConn, opts ...CallOption) error
type UnaryClientInterceptor func(ctx context.Context, method string, req, reply any, cc *ClientConn, invoker UnaryInvoker, opts ...CallOption) error
type ClientStream interface {
	CloseSend() error
	SendMsg(m any) error
	RecvMsg(m any) error
}
type StreamDesc struct{ ServerStreams bool }
type Streamer func(ctx context.Context, desc *StreamDesc, cc *ClientConn, method string, opts ...CallOption) (ClientStream, error)
type StreamClientInterceptor func(ctx context.Context, desc *StreamDesc, cc *ClientConn, method string, streamer Streamer, opts ...CallOption) (ClientStream, error)
type ServerStream interface{ Context() context.Context }
type StreamServerInfo struct{}
type StreamHandler func(srv any, stream ServerStream) error
type StreamServerInterceptor func(srv any, ss ServerStream, info *StreamServerInfo, handler StreamHandler) error
type UnaryServerInfo struct{}
type UnaryHandler func(ctx context.Context, req any) (any, error)
type UnaryServerInterceptor func(ctx context.Context, req any, info *UnaryServerInfo, handler UnaryHandler) (any, error)
`,
    'codes/codes.go': `package codes

type Code uint32

const (
	OK Code = iota
	Canceled
	Unknown
	InvalidArgument
	DeadlineExceeded
	NotFound
	AlreadyExists
	PermissionDenied
	ResourceExhausted
	FailedPrecondition
	Aborted
	OutOfRange
	Unimplemented
	Internal
	Unavailable
	DataLoss
	Unauthenticated
)
`,
    'status/status.go': `package status

import "google.golang.org/grpc/codes"

func Error(c codes.Code, msg string) error { return nil }
func Code(err error) codes.Code            { return codes.OK }
`,
  },
}

export interface GoModule {
  readonly directory: string
  /** Adds or replaces a file. */
  write(path: string, text: string): void
  /** Output of a Go command; throws with everything it printed when it fails. */
  go(args: readonly string[], options?: {readonly env?: Readonly<Record<string, string>>; readonly input?: string}): string
  /** Runs a built program. */
  run(path: string, input: string): string
  /** Files that gofmt would write differently. */
  unformatted(): string
  remove(): void
}

export function goModule(files: readonly GeneratedFile[], packageFolder: string, goVersion = '1.24'): GoModule {
  const directory = mkdtempSync(join(tmpdir(), 'gotriage-guard-'))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(directory, path)), {recursive: true})
    writeFileSync(join(directory, path), text)
  }
  const used = Object.keys(stubs).filter(path => files.some(file => file.text.includes(`"${path}`)))
  write(
    'go.mod',
    `module example.com/guarded\n\ngo ${goVersion}\n${used.map(path => `\nrequire ${path} v1.0.0\n\nreplace ${path} => ./stubs/${path}\n`).join('')}`,
  )
  for (const path of used) {
    write(`stubs/${path}/go.mod`, `module ${path}\n\ngo ${goVersion}\n`)
    for (const [name, text] of Object.entries(stubs[path]!)) write(`stubs/${path}/${name}`, text)
  }
  for (const file of files) write(`${packageFolder}/${file.path}`, file.text)
  return {
    directory,
    write,
    go(args, options = {}) {
      const ran = spawnSync('go', args, {
        cwd: directory,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        env: {...process.env, GOFLAGS: '-mod=mod', GOPROXY: 'off', GOWORK: 'off', ...options.env},
        ...(options.input === undefined ? {} : {input: options.input}),
      })
      if (ran.status !== 0) throw new Error(`go ${args.join(' ')}\n${ran.stdout}\n${ran.stderr}`)
      return ran.stdout
    },
    run: (path, input) => execFileSync(join(directory, path), {input, encoding: 'utf8', maxBuffer: 1 << 28}),
    unformatted: () => execFileSync('gofmt', ['-l', packageFolder], {cwd: directory, encoding: 'utf8'}),
    remove: () => rmSync(directory, {recursive: true, force: true}),
  }
}

/** GOAMD64 levels this machine can run, of v1 and v3. */
export function amd64Levels(): readonly string[] {
  if (process.arch !== 'x64') return []
  try {
    const flags = readFileSync('/proc/cpuinfo', 'utf8')
    return ['avx2', 'fma', 'bmi2', 'movbe', 'f16c'].every(flag => flags.includes(` ${flag}`)) ? ['v1', 'v3'] : ['v1']
  } catch {
    return ['v1']
  }
}
