package cases

/*
#include <stdlib.h>
typedef struct { int width, height; unsigned char *pixels; } picture;
void *make_cursor(const picture *p, int x, int y);
*/
import "C"

import (
	"image"
	"unsafe"
)

// A record of C on the stack of Go that points to memory of Go, passed by its address: cgocheck stops it.
func cursor(img *image.RGBA) unsafe.Pointer {
	var p C.picture
	p.width = C.int(img.Bounds().Dx())
	p.pixels = (*C.uchar)(&img.Pix[0])
	return C.make_cursor(&p, 0, 0) // want `cgo-go-pointer-to-c: C\.make_cursor gets the address of p, whose pixels was set to the address of Go memory`
}

func cursorRepaired(img *image.RGBA) unsafe.Pointer {
	var p C.picture
	p.width = C.int(img.Bounds().Dx())
	pixels := C.CBytes(img.Pix)
	defer C.free(pixels)
	p.pixels = (*C.uchar)(pixels)
	return C.make_cursor(&p, 0, 0)
}
