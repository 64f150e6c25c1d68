package daemon

import (
	"context"
	"os/exec"
	"syscall"
)

// A process that is to live on after ctx has ended must not be killed with it.
func shim(ctx context.Context, path string) (*exec.Cmd, error) {
	cmd := exec.Command(path, "serve")
	cmd.Dir = "/"
	return cmd, ctx.Err()
}

func detached(ctx context.Context, path string) error {
	cmd := exec.Command(path, "serve")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Wait()
}

func started(ctx context.Context, path string) error {
	cmd := exec.Command(path)
	return cmd.Start()
}

func version(ctx context.Context, path string) ([]byte, error) {
	cmd := exec.Command(path, "--version") // want `exec\.Command runs without ctx`
	return cmd.CombinedOutput()
}
