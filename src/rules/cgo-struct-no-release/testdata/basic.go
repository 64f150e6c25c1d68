package basic

/*
typedef struct SSL SSL;
typedef struct BIO BIO;
SSL *SSL_new(void);
void SSL_free(SSL *s);
BIO *BIO_new(void);
void BIO_free_all(BIO *b);
SSL *bio_peer(BIO *b);
*/
import "C"

type Session struct {
	ssl *C.SSL // want `Session keeps in ssl what C\.SSL_new made, and nothing in this package releases it`
	n   int
}

func NewSession() (*Session, bool) {
	ssl := C.SSL_new()
	if ssl == nil {
		return nil, false
	}
	return &Session{ssl: ssl}, true
}

// Near misses: a Close method, released by a function, borrowed, never made here.
type Conn struct{ bio *C.BIO }

func Dial() *Conn         { return &Conn{bio: C.BIO_new()} }
func (c *Conn) Close()    { C.BIO_free_all(c.bio) }

type pool struct{ spare *C.BIO }

func newPool() *pool     { return &pool{spare: C.BIO_new()} }
func drain(p *pool)      { C.BIO_free_all(p.spare) }

type Peer struct{ peer *C.SSL }

func (c *Conn) Peer() *Peer { return &Peer{peer: C.bio_peer(c.bio)} }

type Wrapped struct{ given *C.SSL }

func Wrap(s *C.SSL) *Wrapped { return &Wrapped{given: s} }
