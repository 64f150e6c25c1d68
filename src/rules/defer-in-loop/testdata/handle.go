package basic

/*
#include <stdlib.h>
typedef void *BUILDER;
typedef struct number number;
BUILDER builder_new(void);
int builder_push(BUILDER b, number *n);
void *builder_build(BUILDER b);
number *number_new(int value);
int number_size(int base, number *n);
void number_free(number *n);
*/
import "C"
import "unsafe"

// The builder keeps each number until it builds.
func build(values []int) unsafe.Pointer {
	b := C.builder_new()
	for _, value := range values {
		n := C.number_new(C.int(value))
		defer C.number_free(n)
		if C.builder_push(b, n) != 1 {
			return nil
		}
	}
	return C.builder_build(b)
}

func sizes(values []int) (sum C.int) {
	for _, value := range values {
		n := C.number_new(C.int(value))
		defer C.number_free(n) // want `C\.number_free\(n\) is deferred in each round of the loop and runs only when the function returns`
		sum += C.number_size(10, n)
	}
	return sum
}
