package basic

import (
	"context"
	"sync"
)

type job struct {
	ctx    context.Context
	cancel context.CancelFunc
	n      int
}

var jobs = sync.Pool{New: func() any { return &job{} }}

func do(n int) {
	j := jobs.Get().(*job) // want `job is taken from a sync\.Pool with the ctx of its last use, which Bind sets`
	j.n = n
	jobs.Put(j)
}

// Bind is called by who likes.
func (j *job) Bind(ctx context.Context) { j.ctx, j.cancel = context.WithCancel(ctx) }

// Where it stops: set where it is taken, cleared where it is put back, replaced as a whole, no context in it.
type task struct{ ctx context.Context }

var tasks = sync.Pool{New: func() any { return new(task) }}

func run(ctx context.Context) {
	t := tasks.Get().(*task)
	t.ctx = ctx
	tasks.Put(t)
}

type step struct{ ctx context.Context }

var steps = sync.Pool{New: func() any { return new(step) }}

func take() *step { return steps.Get().(*step) }

func (s *step) bind(ctx context.Context) { s.ctx = ctx }

func (s *step) reset() { s.ctx = nil }

func give(s *step) {
	s.reset()
	steps.Put(s)
}

type plain struct{ ctx context.Context }

var plains = sync.Pool{New: func() any { return new(plain) }}

func whole(ctx context.Context) {
	p := plains.Get().(*plain)
	*p = plain{}
	p.bind(ctx)
	plains.Put(p)
}

func (p *plain) bind(ctx context.Context) { p.ctx = ctx }

type unset struct{ ctx context.Context }

var unsets = sync.Pool{New: func() any { return new(unset) }}

func look() { unsets.Put(unsets.Get().(*unset)) }
