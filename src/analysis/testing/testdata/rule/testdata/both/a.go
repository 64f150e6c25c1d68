package both

import "example.com/other"

func spin()

func f() {
	other.Do() // want `Do is seen`
	spin()
}
