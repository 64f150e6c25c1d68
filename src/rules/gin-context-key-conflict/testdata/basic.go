package basic

import "github.com/gin-gonic/gin"

const userKey = "user_id"

func auth(c *gin.Context) { c.Set(userKey, 42) }

func trace(c *gin.Context, v any) {
	c.Set("user_id", "u-42") // want `the key "user_id" gets a value of type string here and of type int elsewhere`
	c.Set("trace", "a")
	c.Set("trace", "b")
	c.Set("trace", v)
	c.Set("user_id", nil)
}
