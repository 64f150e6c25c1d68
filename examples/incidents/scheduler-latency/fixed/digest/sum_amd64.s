#include "textflag.h"

// func mix(sum uint64, part []uint64) uint64
//
// Multiply and rotate, as the reference has it.
TEXT ·mix(SB), NOSPLIT, $0-40
	MOVQ $0x9e3779b97f4a7c15, R8
	MOVQ sum+0(FP), AX
	MOVQ part_base+8(FP), SI
	MOVQ part_len+16(FP), CX
	TESTQ CX, CX
	JZ    done

word:
	XORQ  (SI), AX
	IMULQ R8, AX
	ROLQ  $29, AX
	ADDQ  $8, SI
	DECQ  CX
	JNZ   word

done:
	MOVQ AX, ret+32(FP)
	RET
