extern int draw_verbose;
int draw_parse(const char *text);
int draw_size(int w);
int draw_limit(int n);
int draw_count(void);
