#ifndef PART_H
#define PART_H
#include <stdint.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef PART_API
#define PART_API extern
#endif
#if defined(__GNUC__) && __GNUC__ >= 4
#define PART_PRINTF(a, b) __attribute__((format(printf, a, b)))
#else
#define PART_PRINTF(a, b)
#endif

/* Macros: expressions, other macros, pasted and stringified tokens, strings side by side. */
#define PART_MAJOR 3
#define PART_MINOR 14
#define PART_VERSION (PART_MAJOR * 10000 + PART_MINOR * 100 + 1)
#define PART_STR_(x) #x
#define PART_STR(x) PART_STR_(x)
#define PART_TEXT "part " PART_STR(PART_MAJOR) "." PART_STR(PART_MINOR)
#define PART_FLAG(n) (1u << (n))
#define PART_FLAG_A PART_FLAG(0)
#define PART_FLAG_TOP PART_FLAG(31)
#define PART_ALL (PART_FLAG_A | PART_FLAG_TOP)
#define PART_SIZE sizeof(struct part_header)
#define PART_MINUS_ONE ((size_t)-1)
#define PART_LIMIT (PART_MAJOR > 2 ? 0x7fffffffLL + 1 : -1)
#define PART_RATIO 2.5e-1
#define PART_CODE(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define PART_MAGIC PART_CODE('P', 'A', 'R', '\x54')
#define PART_NAME(x) part_##x
#define part_alias part_open

#if PART_MAJOR >= 3 && !defined(PART_OLD_ABI_NEVER) || defined(_WIN32)
#endif
#if PART_MAJOR >= 3
typedef int64_t part_off;
#else
typedef int32_t part_off;
#endif
#if defined(__LP64__) || defined(_WIN64)
#define PART_WORD 8
#else
#define PART_WORD 4
#endif

/* Chains of typedefs, functions and pointers to them. */
typedef uint16_t part_u16;
typedef part_u16 part_port;
typedef part_port part_ports[4];
typedef int part_compare(const void *, const void *);
typedef part_compare *part_compare_p;
typedef void (*part_done)(struct part *p, part_off at, void *user);
typedef part_done (*part_chooser)(int, part_done (*)(int));

/* Enums: expressions, negative, large, sizes. */
enum part_kind { PART_NONE, PART_FILE = PART_FLAG_A << 2, PART_DIR, PART_LAST = PART_DIR + PART_MAJOR, };
typedef enum { PART_BAD = -1, PART_OK } part_status;
enum part_wide { PART_SMALL = 1, PART_HUGE = 0x100000000LL };
enum part_top { PART_TOP = 0x80000000 };
enum part_byte { PART_B1, PART_B2 = 200 } __attribute__((packed));

/* Structs: bit-fields, packed, aligned, anonymous members, flexible arrays, arrays of arrays, arrays sized by expressions. */
struct part_header { uint8_t kind : 3; uint8_t : 0; uint8_t flags : 5; unsigned rest : 20; part_port port; };
struct part_packed { char a; int b; long long c : 33; short d; } __attribute__((packed));
struct part_aligned { char a; char b __attribute__((aligned(8))); } __attribute__((aligned(32)));
struct part_alignas { char a; _Alignas(double) char b; _Alignas(16) int c; };
#pragma pack(push, 1)
struct part_pack1 { char a; double d; struct { short s; int i; } in; };
#pragma pack(2)
struct part_pack2 { char a; double d; unsigned x : 7; unsigned y : 30; };
#pragma pack(pop)
struct part_anonymous { int tag; union { int i; double d; struct { char c; short s; }; }; union { void *p; char raw[PART_WORD]; } u; };
struct part_flexible { size_t n; struct part_header *h; part_port data[]; };
struct part_grid { char cells[PART_MAJOR][PART_MINOR + 2]; part_ports ports; enum part_kind kinds[2]; int (*table[3])(void); };
union part_any { struct part_grid g; long l; char c[3]; };
struct part_go { int type; int func; int _type; _Bool range; float complex_like; };
typedef struct { int x, y; } part_point, *part_point_p;
typedef struct part_self { struct part_self *next; part_point at; const volatile char *const *names; } part_self;
struct part_empty_end { int n; struct {} nothing; };
typedef struct part part;

PART_API part *part_open(const char *path, enum part_kind kind, part_status *status);
extern int part_printf(part *p, const char *format, ...) PART_PRINTF(2, 3);
void part_sort(void *base, size_t n, size_t size, part_compare compare, part_compare_p again);
part_done part_on_done(part *p, part_done done, void *user);
int part_walk(part *p, int (*visit)(void *user, const part_point *at), void *user);
int PART_NAME(fill)(part_ports ports, char names[][16], const char *const argv[], int n);
void (*part_handler(int signal, void (*handler)(int)))(int);
part_point part_add(part_point a, struct part_self b, union part_any c);
int part_nothing(), part_both(void);
static inline int part_twice(int x) { return x * 2; }
static inline __attribute__((always_inline, unused)) const char *part_text(void) { return PART_TEXT; }
extern const int part_primes[5];
extern part_point part_origin;

#ifdef __cplusplus
}
#endif
#endif
