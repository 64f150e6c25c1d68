//go:build go1.24

package basic

import _ "go.uber.org/automaxprocs"
