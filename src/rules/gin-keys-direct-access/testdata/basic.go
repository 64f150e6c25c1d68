package basic

import "github.com/gin-gonic/gin"

type other struct{ Keys map[string]any }

func handler(c *gin.Context, o other) any {
	c.Keys["user"] = 1 // want `c\.Keys is written directly`
	for range c.Keys { // want `c\.Keys is read directly`
	}
	o.Keys["a"] = 1
	c.Set("user", 1)
	return o.Keys["b"]
}
