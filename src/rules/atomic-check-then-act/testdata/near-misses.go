package near

import "sync/atomic"

var unsupported atomic.Bool

// The flag is raised for a reason of its own, after the attempt failed.
func try(attempt func() error) error {
	if !unsupported.Load() {
		err := attempt()
		if err == nil {
			return nil
		}
		switch err.Error() {
		case "not supported":
			unsupported.Store(true)
		default:
			return err
		}
	}
	return nil
}

var threshold atomic.Int64

// Whoever comes second stores the same, with or without the question: it saves a line of the log and a write.
func adapt(measured int64, log func(int64)) {
	if threshold.Load() != measured {
		log(measured)
		threshold.Store(measured)
	}
}

const (
	open   = 1
	closed = 2
)

// The store does not end what was asked for.
func reopen(state *atomic.Int32, log func()) {
	if state.Load() != closed {
		log()
		state.Store(open)
	}
}
