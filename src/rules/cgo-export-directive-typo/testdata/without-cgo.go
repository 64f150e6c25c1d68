package callback

//export goOne
func goOne() {}
