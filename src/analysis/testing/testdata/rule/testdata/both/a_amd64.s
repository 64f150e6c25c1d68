#include "textflag.h"

TEXT ·spin(SB), NOSPLIT, $0-0
again:
	JMP again // want `JMP is seen`
