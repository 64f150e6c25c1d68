package browser

import (
	"context"
	"os/exec"
)

// Started and left to itself.
func open(ctx context.Context, url string) {
	_ = exec.Command("xdg-open", url).Start()
	_ = exec.Command("xdg-open", url).Run() // want `exec\.Command runs without ctx`
}
