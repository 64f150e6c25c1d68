package cases

import (
	"context"
	"encoding/json"
	"sync"
	"time"
)

type putRequest struct {
	Puts []string
	TTL  int
}

var putRequests = sync.Pool{New: func() any { return &putRequest{} }}

func put(body []byte, store func(context.Context, string) error) error {
	request := putRequests.Get().(*putRequest)
	defer putRequests.Put(request)
	if err := json.Unmarshal(body, request); err != nil { // want `sync-pool-no-reset: `
		return err
	}
	for _, one := range request.Puts {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel() // want `defer-in-loop: `
		if err := store(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

var byValue = sync.Pool{New: func() any { return putRequest{} }}

func value() {
	request := byValue.Get().(putRequest)
	byValue.Put(request) // want `sync-pool-nonpointer: `
}
