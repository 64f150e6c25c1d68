package callback

/*
extern int seen;
int total = 0;
*/
import "C" // want `the preamble defines the variable total`

//export goSeen
func goSeen() {}
