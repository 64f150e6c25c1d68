package child

import (
	"os/exec"
	"testing"
)

// Tests may compare with and without the check.
func TestChild(t *testing.T) {
	cmd := exec.Command("true")
	cmd.Env = append(cmd.Env, "GODEBUG=cgocheck=0")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
}
