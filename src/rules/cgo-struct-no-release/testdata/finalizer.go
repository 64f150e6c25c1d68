package basic

/*
typedef struct SSL SSL;
SSL *SSL_new(void);
void SSL_free(SSL *s);
*/
import "C"
import "runtime"

type Session struct{ ssl *C.SSL }

func NewSession() *Session {
	s := &Session{ssl: C.SSL_new()}
	runtime.SetFinalizer(s, func(old *Session) { C.SSL_free(old.ssl) })
	return s
}
