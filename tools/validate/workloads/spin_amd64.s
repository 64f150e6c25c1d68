#include "textflag.h"

// func spinHard(n uint64): counts down without a safepoint.
TEXT ·spinHard(SB), NOSPLIT, $0-8
	MOVQ n+0(FP), CX
again:
	DECQ CX
	JNZ again
	RET
