typedef struct watch_options {
	int limit;
} watch_options;

struct watch {
	int count;
	const watch_options *options;
};

void watch_add(struct watch *watch, void *user);
void watch_set(struct watch *watch, watch_options *options);
void watch_name(const char *name);
int watch_count(struct watch *watch, watch_options *options);
void watch_copy(const char *name, int size);
int watch_run(struct watch *watch, watch_options *options);
int watch_once(watch_options *options);
void watch_hand(struct watch *watch, watch_options *options);
