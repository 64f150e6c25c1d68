package basic

/*
typedef struct SSL SSL;
typedef struct BIO BIO;
void SSL_shutdown(SSL *s);
void SSL_free(SSL *s);
void BIO_free_all(BIO *b);
void g_object_unref(SSL *s);
*/
import "C"
import "sync"

type TLSConn struct {
	ssl *C.SSL
	bio *C.BIO
}

func (c *TLSConn) Close() error {
	C.SSL_shutdown(c.ssl)
	C.SSL_free(c.ssl) // want `a second TLSConn\.Close frees c\.ssl again`
	C.BIO_free_all(c.bio)
	return nil
}

// Near misses: asks first, sets nil, runs once, counts references, is not a Close, is not for callers.
type asks struct{ ssl *C.SSL }

func (a *asks) Close() {
	if a.ssl != nil {
		C.SSL_free(a.ssl)
		a.ssl = nil
	}
}

type sets struct{ ssl *C.SSL }

func (s *sets) Free() {
	C.SSL_free(s.ssl)
	s.ssl = nil
}

type once struct {
	ssl  *C.SSL
	once sync.Once
}

func (o *once) Close() { o.once.Do(func() { C.SSL_free(o.ssl) }) }

type counted struct{ ssl *C.SSL }

func (c *counted) Close() { C.g_object_unref(c.ssl) }

type config struct{ ssl *C.SSL }

func (c *config) Delete(name *C.char) { C.config_delete_entry(c.ssl, name) }
func (c *config) Free()               { C.config_conflict_cleanup(c.ssl) }

type private struct{ ssl *C.SSL }

func (p *private) free() { C.SSL_free(p.ssl) }
