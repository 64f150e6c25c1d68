// go.mod: go 1.26

//go:build go1.21

// The constraint lowers the language version of this file, and nothing else: the program goes by the main module.
package file

import _ "go.uber.org/automaxprocs" // want `importing automaxprocs sets GOMAXPROCS`
