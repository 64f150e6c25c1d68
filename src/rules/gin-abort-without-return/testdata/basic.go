package basic

import "github.com/gin-gonic/gin"

func auth(c *gin.Context) {
	if c.GetHeader("Authorization") == "" {
		c.AbortWithStatusJSON(401, nil)
	}
	c.Next() // want `c\.Next still runs after c\.AbortWithStatusJSON`
}

func twice(c *gin.Context) {
	if err := c.Bind(nil); err != nil {
		c.AbortWithStatus(400)
	}
	c.JSON(200, nil) // want `c\.JSON still runs after c\.AbortWithStatus`
}

func plain(c *gin.Context) {
	c.Abort()
	c.Next() // want `c\.Next still runs after c\.Abort`
}

// Where it stops: return, an answer with a plain abort, asked.
func fine(c *gin.Context) {
	if c.GetHeader("Authorization") == "" {
		c.AbortWithStatusJSON(401, nil)
		return
	}
	if c.Query("a") == "" {
		c.Abort()
		c.JSON(400, nil)
		return
	} else if c.Query("b") == "" {
		c.AbortWithStatus(404)
	} else {
		c.JSON(200, nil)
	}
}

func asked(c *gin.Context) {
	if c.Query("a") == "" {
		c.AbortWithStatus(400)
	}
	if !c.IsAborted() {
		c.JSON(200, nil)
	}
}
