package several

import (
	"errors"
	"sync"
)

type client struct {
	byName sync.RWMutex
	byID   sync.RWMutex
	names  map[string]int
}

var errNone = errors.New("none")

// One place, one finding, both names.
func (c *client) lookup(name string) (int, error) {
	c.byName.RLock()
	c.byID.RLock()
	id, ok := c.names[name]
	if !ok {
		return 0, errNone // want `^c\.byName and c\.byID are still locked when the function returns here, though its other paths unlock them`
	}
	c.byID.RUnlock()
	if id == 0 {
		return 0, errNone // want `^c\.byName is still locked`
	}
	c.byName.RUnlock()
	return id, nil
}
