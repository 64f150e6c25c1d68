#include "draw.h"

#include <pthread.h>
#include <stdio.h>

static int nodes[64], node_count;
static char message[128];
static struct {
	int width, height;
} page;
static const int limit = 64;
static _Thread_local int mine;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int counted;
int draw_verbose;
typedef struct shape {
	int sides;
} shape;
struct shape;

static int fail(const char *text) {
	snprintf(message, sizeof message, "%s", text);
	return -1;
}

int draw_parse(const char *text) {
	node_count = 0;
	if (text[0] == 0) return fail("empty");
	for (int i = 0; text[i] && node_count < limit; i++) nodes[node_count++] = text[i];
	return 0;
}

int draw_size(int w) {
	page.width += w;
	mine++;
	return page.width;
}

int draw_limit(int n) {
	int node_count = n;
	node_count++;
	mine = node_count;
	return node_count < limit ? nodes[0] : draw_verbose;
}

int draw_count(void) {
	pthread_mutex_lock(&lock);
	int n = ++counted;
	pthread_mutex_unlock(&lock);
	return n;
}
