// Package middleware holds what every request of the API goes through.
package middleware

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
)

const userKey = "user_id"

// UserID returns who is calling; false where Auth has not run.
func UserID(c *gin.Context) (int64, bool) {
	value, _ := c.Get(userKey)
	user, ok := value.(int64)
	return user, ok
}

// Auth finds out who is calling. The gateway has checked the token already; what is left of it is the number of the user.
func Auth() gin.HandlerFunc {
	return func(c *gin.Context) {
		token, ok := strings.CutPrefix(c.GetHeader("Authorization"), "Bearer ")
		if !ok {
			c.AbortWithStatus(http.StatusUnauthorized)
			return
		}
		user, err := strconv.ParseInt(token, 10, 64)
		if err != nil {
			c.AbortWithStatus(http.StatusUnauthorized)
			return
		}
		c.Set(userKey, user)
		c.Set("tenant", c.GetHeader("X-Tenant"))
		c.Next()
	}
}
