package basic

/*
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <errno.h>
#include <stdbool.h>

#define ANSWER 42
#define BIG 0xFFFFFFFFUL
#define NEG (-3)
#define NAME "abc" "\n"
#define PI 3.14159265358979
#define SHIFTED (1u << 31)
#define CHR 'x'
#define ALIAS do_it
#define TYP unsigned int

typedef struct point { int x; double y; char c; } point;
typedef struct { uint8_t a; uint64_t b; uint16_t c[3]; } anon_t;
struct bits { unsigned a : 3; unsigned b : 5; int c; long long d : 40; char e; };
struct packed { char a; int b; short c; } __attribute__((packed));
#pragma pack(push, 2)
struct pk2 { char a; int b; double d; };
#pragma pack(pop)
union u { int i; double d; void *p; };
enum color { RED, GREEN = 5, BLUE };
enum neg { MINUS = -1, PLUS };
typedef enum { ONE = 1, TWO } numbers;
typedef enum color color_t;
typedef int (*callback)(int, void *);
typedef void *handle;
typedef struct opaque opaque;
typedef opaque *opaque_p;
struct nested { struct { int a; int b; } in; union { int q; float r; }; point p[2]; callback cb; int type; int range; int _type; };
struct flex { int n; char data[]; };
struct tail { char a; long b; short c; };
struct bf2 { char a; int b:4; int c:20; int d:12; short e; };

static int do_it(int a, point *p) { return a + p->x; }
static void nothing(void) {}
static const char *name_of(enum color c) { return "x"; }
static point make_point(double y) { point p = {1, y, 'c'}; return p; }
static int with_cb(callback cb, handle h, opaque_p o, opaque *q) { return cb(1, h); }
static uint64_t u64(int8_t a, uint16_t b, size_t c, bool d, intptr_t e) { return a; }
static int arr(int a[10], char **argv, const unsigned char *s) { return 0; }
static color_t col(numbers n) { return RED; }
static unsigned long long ull(long a, unsigned long b, long long c, short d, unsigned short e, signed char f, unsigned char g, float h, unsigned i) { return 0; }
static int variadic(const char *f, ...) { return 0; }
static anon_t *an(anon_t a) { return 0; }
int counter;
const char *label = "l";
extern int table[4];
int table[4];
*/
import "C"

func use() {
	var _ C.point
	var _ C.anon_t
	var _ C.struct_bits
	var _ C.struct_packed
	var _ C.struct_pk2
	var _ C.union_u
	var _ C.enum_color
	var _ C.enum_neg
	var _ C.numbers
	var _ C.color_t
	var _ C.callback
	var _ C.handle
	var _ *C.opaque
	var _ C.struct_nested
	var _ C.struct_flex
	var _ C.struct_tail
	var _ C.struct_bf2
	_ = C.ANSWER + C.BIG + C.NEG + C.SHIFTED + C.CHR
	_ = C.NAME
	_ = C.PI
	_ = C.RED + C.GREEN + C.BLUE + C.MINUS + C.ONE + C.TWO
	var t C.TYP
	_ = t
	C.do_it(1, nil)
	C.nothing()
	C.name_of(0)
	C.make_point(1)
	C.with_cb(nil, nil, nil, nil)
	C.u64(1, 2, 3, true, 4)
	C.arr(nil, nil, nil)
	C.col(1)
	C.ull(1, 2, 3, 4, 5, 6, 7, 8, 9)
	C.an(C.anon_t{})
	C.ALIAS(1, nil)
	_ = C.counter
	_ = C.label
	_ = C.table
	_ = C.sizeof_point
	_ = C.sizeof_int
	_, err := C.do_it(1, nil)
	_ = err
	p := C.CString("x")
	C.free(nil)
	_ = C.GoString(p)
	_ = C.GoBytes(nil, 1)
	_ = C.GoStringN(p, 1)
	_ = C.CBytes(nil)
	_ = C.malloc(3)
	C.puts(p)
	_ = C.strlen(p)
	_ = C.EINVAL
}
