package callback

import "C"

//export goOne
func goOne(n C.int) {}
