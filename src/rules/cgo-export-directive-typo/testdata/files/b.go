package callback

//export goTwo // want `stands in a file that does not import "C"`
func goTwo() {}

// export goThree
func goThree() {}
