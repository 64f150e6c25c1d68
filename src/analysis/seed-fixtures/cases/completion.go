package cases

import "github.com/gin-gonic/gin"

type chunk struct {
	text string
	err  error
}

// The copy exists; the goroutine still uses the original.
func stream(c *gin.Context, ask func(user string, each func(string)) error) {
	partial := make(chan chunk)
	copied := c.Copy()
	_ = copied
	go func() {
		err := ask(c.GetString("user"), func(text string) { partial <- chunk{text: text} }) // want `gin-context-in-goroutine: `
		partial <- chunk{err: err}
	}()
	for {
		select {
		case one := <-partial:
			if one.err != nil {
				return
			}
		case <-c.Request.Context().Done():
			return
		}
	}
}

func streamCopy(c *gin.Context, ask func(user string) error) {
	copied := c.Copy()
	go func() { _ = ask(copied.GetString("user")) }()
}
