// E-41: defer cancel() in a middleware runs after the handlers downstream, and a cancelled context keeps its values.
package middleware

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"
)

func Deadline(limit time.Duration) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), limit)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		c.Next()
	}
}
