#include "textflag.h"

// func Sum(block []uint64) uint64
//
// Eight rounds over the block. Multiply and rotate, as the reference has it.
TEXT ·Sum(SB), NOSPLIT, $0-32
	MOVQ $0x9e3779b97f4a7c15, R8
	MOVQ $0x2545f4914f6cdd1d, AX
	MOVQ $8, R9

round:
	MOVQ block_base+0(FP), SI
	MOVQ block_len+8(FP), CX
	TESTQ CX, CX
	JZ    done

word:
	XORQ  (SI), AX
	IMULQ R8, AX
	ROLQ  $29, AX
	ADDQ  $8, SI
	DECQ  CX
	JNZ   word

	DECQ R9
	JNZ  round

done:
	MOVQ AX, ret+24(FP)
	RET
