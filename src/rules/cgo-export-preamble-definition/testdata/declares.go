package callback

/*
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif
int goWalk(void *node);
void walk(int (*visit)(void *), void *root);
struct node;
union value { int n; double d; };
extern const char *names[];
typedef struct node { struct node *next; } node;
#ifdef __cplusplus
}
#endif

static inline void walk_all(void *root) {
	struct node *at = root;
	walk(goWalk, at);
}
__attribute__((weak)) void on_walk(void) {}
static const int depth_max = 5;
*/
import "C"
import "unsafe"

//export goWalk
func goWalk(node unsafe.Pointer) C.int { return 0 }
