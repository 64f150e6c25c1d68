package window

// #include "window.h"
import "C"

func title(text string) {
	C.set_title(C.CString(text)) // window.c frees it
	C.show_title(C.CString(text)) // want `passed to C\.show_title`
}
