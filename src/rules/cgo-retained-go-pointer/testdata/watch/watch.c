#include "watch.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	void *user;
	struct entry *next;
};

static struct entry *first;
static const char *last_name;
static _Thread_local void *own;
static char copied[32];

/* Keeps: the entry is in a list of the process. */
static void push(void *user) {
	struct entry *entry = malloc(sizeof *entry);
	entry->user = user;
	entry->next = first;
	first = entry;
}

void watch_add(struct watch *watch, void *user) {
	watch->count++;
	push(user);
}

void watch_set(struct watch *watch, watch_options *options) {
	watch->options = (const watch_options *)options;
}

void watch_name(const char *name) { last_name = name; }

/* These keep nothing. */
int watch_count(struct watch *watch, watch_options *options) {
	watch_options *mine = options;
	struct entry local;
	local.user = options;
	watch->count = options->limit;
	return mine == options && local.user == options;
}

void watch_copy(const char *name, int size) {
	memcpy(copied, name, size < 32 ? size : 32);
	own = (void *)name;
}

/* Given back before it returns: nothing is kept. */
int watch_run(struct watch *watch, watch_options *options) {
	watch->options = options;
	int limit = watch->options->limit;
	watch->options = 0;
	return limit;
}

static int limit_of(struct watch *watch) { return watch->options->limit; }

/* The record lies in this frame. */
int watch_once(watch_options *options) {
	struct watch watch;
	watch_set(&watch, options);
	return limit_of(&watch);
}

void watch_hand(struct watch *watch, watch_options *options) { watch_set(watch, options); }
