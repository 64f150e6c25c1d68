#include "textflag.h"

TEXT ·busy(SB), NOSPLIT, $0
loop:
	ADDQ $1, AX
	JMP loop // want `asm-unbounded-loop: `
