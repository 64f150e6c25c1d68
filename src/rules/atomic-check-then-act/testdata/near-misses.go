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
