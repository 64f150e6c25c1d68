package basic

import "github.com/gin-gonic/gin"

type user struct{ name string }

func handler(c *gin.Context) string {
	id := c.MustGet("id").(int) // want `c\.MustGet\("id"\)\.\(int\) panics when another handler`
	v, ok := c.Get("user")
	if !ok {
		return ""
	}
	_ = id
	return v.(*user).name // want `v\.\(\*user\) panics`
}

// Where it stops: checked, switched on, from elsewhere.
func fine(c *gin.Context, other any) int {
	if id, ok := c.MustGet("id").(int); ok {
		return id
	}
	v, _ := c.Get("user")
	switch v := v.(type) {
	case int:
		return v
	}
	return other.(int) + c.GetInt("n")
}
