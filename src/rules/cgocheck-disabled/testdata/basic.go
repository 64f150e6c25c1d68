//go:debug cgocheck=0 // want `is not a setting that //go:debug knows`
//go:debug panicnil=1
package main

import (
	"os"
	"os/exec"
)

func main() {
	os.Setenv("GODEBUG", "madvdontneed=1,cgocheck=0") // want `os\.Setenv\("GODEBUG", "madvdontneed=1,cgocheck=0"\) comes too late for this process`
	os.Setenv("CGO_CHECK", "2")                       // want `sets a variable that Go does not read`
	cmd := exec.Command("app")
	cmd.Env = []string{
		"GODEBUG=cgocheck=0",        // want `GODEBUG=cgocheck=0 switches off the check of pointers passed to C`
		`GODEBUG=gctrace=1,cgocheck=2`, // want `ends a Go program at its start`
		"CGO_CHECK=2",               // want `sets a variable that Go does not read`
		"GODEBUG=cgocheck=1",
		"GODEBUG=cgocheck=0,cgocheck=1",
		"CGO_ENABLED=0",
	}
	os.Setenv("GODEBUG", "cgocheck=1")
	os.Setenv("CGO_ENABLED", "0")
	println("use GODEBUG=cgocheck=0 to switch it off")
	_ = cmd.Run()
}
