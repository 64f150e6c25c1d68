#include <stdlib.h>
#include <stdio.h>
#include "window.h"

void set_title(char *title) {
	puts(title);
	free(title);
}

void show_title(const char *title) { puts(title); }
