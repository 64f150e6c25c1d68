package basic

import _ "go.uber.org/automaxprocs" // want `automaxprocs sets GOMAXPROCS by hand`
