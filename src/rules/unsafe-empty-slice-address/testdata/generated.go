// Automatically generated. See the generator.

package generated

import "unsafe"

func Marshal(dst []byte) unsafe.Pointer { return unsafe.Pointer(&dst[0]) }
