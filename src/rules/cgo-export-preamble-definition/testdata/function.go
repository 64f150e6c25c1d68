package callback

/*
#include <stdlib.h>

#define TWICE(n) { 2 * (n) }

typedef struct { int n; } pair;
typedef int (*handler)(int);

struct node {
	struct node *next;
};

enum color { RED, GREEN };

static int quiet(int n) { return n; }

// int commented(int n) { return n; }

int call_handler(handler h, int n) {
	if (n > 0) { return h(n); }
	return 0;
}
*/
import "C" // want `the preamble defines the function call_handler, and this file has //export goHandler`

//export goHandler
func goHandler(n C.int) C.int { return n }
