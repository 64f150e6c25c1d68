package texts

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"
)

func authenticate() gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Set("user_id", 123)
		c.Next()
	}
}

func traced() gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Set("user_id", "trace-abc") // want `gin-context-key-conflict: `
		c.Next()
	}
}

// c.Next runs the rest of the chain before it returns: cancelling afterwards is right.
func limited(limit time.Duration) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), limit)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		c.Next()
	}
}

func shared(handle func(context.Context)) {
	ctx := context.WithValue(context.Background(), "user_id", "1001") // want `context-key-type: `
	go func() {
		ctx = context.WithValue(ctx, "user_id", "2002") // want `context-key-type: ` `context-reassigned-outer: `
		handle(ctx)
	}()
	handle(ctx)
}
