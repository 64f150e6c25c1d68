// go.mod: go 1.26

//go:debug containermaxprocs=0
package main

import _ "go.uber.org/automaxprocs"

func main() {}
