package texts

import (
	"context"
	"sync"
)

type reusable struct {
	ctx    context.Context
	cancel context.CancelFunc
	key    any
	val    any
}

// Every field is set anew: nothing of the last use stays.
func (r *reusable) reset() {
	if r.cancel != nil {
		r.cancel()
	}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.key, r.val = nil, nil
}

var contexts = sync.Pool{
	New: func() any {
		r := &reusable{}
		r.reset()
		return r
	},
}

func with(use func(context.Context)) {
	r := contexts.Get().(*reusable)
	r.reset()
	use(r.ctx)
	contexts.Put(r)
}
