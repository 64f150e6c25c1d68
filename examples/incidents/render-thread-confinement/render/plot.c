#include "plot.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES_MAX 1024
#define EDGES_MAX 4096
#define NAME_MAX_LEN 32
#define TEXT_MAX 65536

struct node {
	char name[NAME_MAX_LEN];
	double x, y;
};

static char input[TEXT_MAX];
static const char *cursor;
static int line;
static char token[NAME_MAX_LEN];

static char graph_name[NAME_MAX_LEN];
static char font_name[NAME_MAX_LEN];
static struct node nodes[NODES_MAX + 64];
static int node_count;
static struct {
	int from, to;
} edges[EDGES_MAX + 64];
static int edge_count;
static double min_x, max_x, min_y, max_y;
static int laid_out;

static char last_error[256];

static int fail(const char *format, ...) {
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(last_error, sizeof last_error, format, arguments);
	va_end(arguments);
	return -1;
}

const char *plot_error(void) { return last_error; }

static int next_token(void) {
	while (*cursor && isspace((unsigned char)*cursor)) {
		if (*cursor == '\n') line++;
		cursor++;
	}
	int n = 0;
	if (*cursor == '\0') {
		token[0] = '\0';
		return 0;
	}
	if (isalnum((unsigned char)*cursor)) {
		while ((isalnum((unsigned char)*cursor) || *cursor == '-') && n < NAME_MAX_LEN - 1) token[n++] = *cursor++;
	} else {
		token[n++] = *cursor++;
	}
	token[n] = '\0';
	return 1;
}

static int find_node(const char *name) {
	for (int i = 0; i < node_count; i++)
		if (strcmp(nodes[i].name, name) == 0) return i;
	if (node_count >= NODES_MAX) return -1;
	strcpy(nodes[node_count].name, name);
	nodes[node_count].x = node_count % 32;
	nodes[node_count].y = node_count / 32;
	return node_count++;
}

static void load_font(void) {
	const char *folder = getenv("PLOTFONTPATH");
	char path[512];
	snprintf(path, sizeof path, "%s/%s.pfb", folder ? folder : "/usr/share/fonts/plot", font_name);
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		fprintf(stderr, "plot: warning: cannot load font \"%s\" (%s: %s), using built-in metrics\n", font_name, path, strerror(errno));
	else
		fclose(file);
}

/* graph NAME font FONT { A > B; … } */
int plot_parse(const char *text) {
	snprintf(input, sizeof input, "%s", text);
	cursor = input;
	line = 1;
	node_count = edge_count = laid_out = 0;
	graph_name[0] = '\0';
	if (!next_token() || strcmp(token, "graph") != 0) return fail("syntax error in line %d near \"%s\": graph expected", line, token);
	if (!next_token()) return fail("syntax error in line %d: no name", line);
	strcpy(graph_name, token);
	if (!next_token() || strcmp(token, "font") != 0 || !next_token())
		return fail("syntax error in line %d of %s near \"%s\": font expected", line, graph_name, token);
	strcpy(font_name, token);
	if (!next_token() || strcmp(token, "{") != 0) return fail("syntax error in line %d of %s near \"%s\": { expected", line, graph_name, token);
	for (;;) {
		if (!next_token()) return fail("syntax error in line %d of %s: graph does not end", line, graph_name);
		if (strcmp(token, "}") == 0) break;
		int from = find_node(token);
		if (!next_token() || strcmp(token, ">") != 0) return fail("syntax error in line %d of %s near \"%s\": > expected", line, graph_name, token);
		next_token();
		int to = find_node(token);
		if (from < 0 || to < 0 || edge_count >= EDGES_MAX) return fail("%s is too large", graph_name);
		edges[edge_count].from = from;
		edges[edge_count].to = to;
		edge_count++;
		if (!next_token() || strcmp(token, ";") != 0) return fail("syntax error in line %d of %s near \"%s\": ; expected", line, graph_name, token);
	}
	load_font();
	return 0;
}

int plot_layout(int rounds) {
	if (node_count == 0) return fail("layout of %s: no nodes", graph_name);
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < node_count; i++) {
			for (int j = 0; j < node_count; j++) {
				double dx = nodes[i].x - nodes[j].x, dy = nodes[i].y - nodes[j].y, d = dx * dx + dy * dy + 0.01;
				nodes[i].x += 0.01 * dx / d;
				nodes[i].y += 0.01 * dy / d;
			}
		}
		for (int e = 0; e < edge_count; e++) {
			struct node *a = &nodes[edges[e].from], *b = &nodes[edges[e].to];
			a->x += 0.05 * (b->x - a->x);
			a->y += 0.05 * (b->y - a->y);
		}
	}
	min_x = max_x = nodes[0].x;
	min_y = max_y = nodes[0].y;
	for (int i = 1; i < node_count; i++) {
		if (nodes[i].x < min_x) min_x = nodes[i].x;
		if (nodes[i].x > max_x) max_x = nodes[i].x;
		if (nodes[i].y < min_y) min_y = nodes[i].y;
		if (nodes[i].y > max_y) max_y = nodes[i].y;
	}
	laid_out = 1;
	return 0;
}

int plot_write(const char *path) {
	if (!laid_out) {
		fail("%s has no layout", graph_name);
		return 0;
	}
	FILE *file = fopen(path, "w");
	if (file == NULL) return fail("%s: %s", path, strerror(errno));
	fprintf(file, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%.1f %.1f %.1f %.1f\">\n", min_x, min_y, max_x - min_x, max_y - min_y);
	fprintf(file, "<title>%s</title>\n", graph_name);
	for (int e = 0; e < edge_count; e++) {
		struct node *a = &nodes[edges[e].from], *b = &nodes[edges[e].to];
		fprintf(file, "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\"/>\n", a->x, a->y, b->x, b->y);
	}
	for (int i = 0; i < node_count; i++)
		fprintf(file, "<text x=\"%.2f\" y=\"%.2f\" font-family=\"%s\">%s</text>\n", nodes[i].x, nodes[i].y, font_name, nodes[i].name);
	fprintf(file, "</svg>\n");
	fclose(file);
	return 0;
}
