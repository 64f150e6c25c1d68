package basic

// typedef unsigned int num;
import "C"

// The same text in two types, once with other white space.
type First struct {
	Num C.num // want `First\.Num is exported`
}

type Second struct {
	Num    C.num // want `Second\.Num is exported`
	Longer int
}

type Column struct {
	Kind, hidden, Original C.num // want `Column\.Kind and Column\.Original are exported and mention C\.num`
}
