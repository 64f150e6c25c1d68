// go.mod: go 1.24

package basic

import _ "go.uber.org/automaxprocs"
