// Package constructs uses every kind of C declaration that the model knows; it is compared with what cgo and the C compiler make of it.
package constructs

/*
#cgo CPPFLAGS: -DCONSTRUCTS=2
#cgo CFLAGS: -I${SRCDIR}/include
#cgo windows CFLAGS: -DONLY_ON_WINDOWS

#include "part.h"

#define WITH_TEXT "te" "xt\t\x41"
#if CONSTRUCTS > 1
typedef struct { double d[CONSTRUCTS]; } chosen;
#else
typedef struct { float f; } chosen;
#endif

#ifdef ONLY_ON_WINDOWS
typedef int elsewhere;
#else
typedef long elsewhere;
#endif

static int local_add(chosen a, elsewhere b) { return (int)(a.d[0] + b); }
*/
import "C"

func use() {
	var (
		_ C.struct_part_header
		_ C.struct_part_packed
		_ C.struct_part_aligned
		_ C.struct_part_alignas
		_ C.struct_part_pack1
		_ C.struct_part_pack2
		_ C.struct_part_anonymous
		_ C.struct_part_flexible
		_ C.struct_part_grid
		_ C.union_part_any
		_ C.struct_part_go
		_ C.part_point
		_ C.part_point_p
		_ C.part_self
		_ C.struct_part_empty_end
		_ *C.part
		_ C.part_off
		_ C.part_ports
		_ C.part_compare_p
		_ C.part_done
		_ C.part_chooser
		_ C.enum_part_kind
		_ C.part_status
		_ C.enum_part_wide
		_ C.enum_part_top
		_ C.enum_part_byte
		_ C.chosen
		_ C.elsewhere
		_ C.uint8_t
	)
	_ = C.PART_VERSION + C.PART_FLAG_TOP + C.PART_ALL + C.PART_SIZE + C.PART_LIMIT + C.PART_MAGIC + C.PART_WORD + C.CONSTRUCTS
	_ = uint64(C.PART_MINUS_ONE)
	_ = C.PART_TEXT + C.WITH_TEXT
	_ = C.PART_RATIO
	_ = C.PART_NONE + C.PART_FILE + C.PART_LAST + C.PART_BAD + C.PART_HUGE + C.PART_TOP + C.PART_B2
	_ = C.sizeof_struct_part_grid
	C.part_open(nil, 0, nil)
	C.part_alias(nil, 0, nil)
	C.part_sort(nil, 0, 0, nil, nil)
	C.part_on_done(nil, nil, nil)
	C.part_walk(nil, nil, nil)
	C.part_fill(nil, nil, nil, 0)
	C.part_handler(0, nil)
	C.part_add(C.part_point{}, C.struct_part_self{}, C.union_part_any{})
	C.part_both()
	C.part_twice(1)
	C.part_text()
	C.local_add(C.chosen{}, 1)
	_ = C.part_primes
	_ = C.part_origin
}
