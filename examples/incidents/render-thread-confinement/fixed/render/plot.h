/* libplot 1.4: reads graphs, lays them out and writes them. */
#ifndef PLOT_H
#define PLOT_H

/* Reads a graph; it becomes the current graph. 0, or -1 and plot_error(). */
int plot_parse(const char *text);

/* Gives the nodes of the current graph their places. 0, or -1 and plot_error(). */
int plot_layout(int rounds);

/* Writes the current graph. 0 when it was written or there is nothing to write, -1 when the file cannot be made. */
int plot_write(const char *path);

/* The last error. */
const char *plot_error(void);

#endif
