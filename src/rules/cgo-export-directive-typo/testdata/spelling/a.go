package callback

import "C"

// export goOne // want `// export goOne is not a directive`
func goOne(n C.int) {}

// goTwo is called by C.
//
//Export goTwo // want `//Export goTwo is not a directive`
func goTwo(n C.int) {}

//export goThree // want `//export goThree does not belong to the function goThree`

func goThree(n C.int) {}

// Near misses: right ones, prose, another name, two spellings of which one works.

//export goFour
func goFour(n C.int) {}

// export all of it
func all() {}

// export goFour
func goFive(n C.int) {}

// export goSix
//
//export goSix
func goSix(n C.int) {}

func inside() {
	// export inside
}
