package basic

import _ "go.uber.org/automaxprocs" // want `importing automaxprocs sets GOMAXPROCS`
