package middleware

import (
	"crypto/rand"
	"encoding/hex"

	"github.com/gin-gonic/gin"
)

// Trace gives every request an id for the logs. The mobile gateway sends its own baggage along; then its values win.
func Trace() gin.HandlerFunc {
	return func(c *gin.Context) {
		id := c.GetHeader("X-Trace-Id")
		if id == "" {
			id = newID()
		}
		c.Set("trace_id", id)
		if baggage := c.GetHeader("X-Baggage-User"); baggage != "" {
			c.Set("baggage_user", baggage)
		}
		c.Header("X-Trace-Id", id)
		c.Next()
	}
}

func newID() string {
	var raw [8]byte
	rand.Read(raw[:])
	return hex.EncodeToString(raw[:])
}
