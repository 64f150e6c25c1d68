void set_title(char *title);
void show_title(const char *title);
