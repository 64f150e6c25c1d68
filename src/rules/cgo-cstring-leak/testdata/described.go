package described

/*
#include <stdlib.h>
#include <string.h>
#include <curl/curl.h>
#include <openssl/bio.h>
#include <git2.h>
#include <sqlite3.h>

static char *joined(const char *a, const char *b) {
	char *made = malloc(strlen(a) + strlen(b) + 1);
	if (made == NULL) return NULL;
	strcpy(made, a);
	strcat(made, b);
	return made;
}
static const char *kind(int n) { return n ? "some" : "none"; }
static int length(const char *text) { return (int)strlen(text); }
static int indirect(const char *text) { return length(text) + 1; }
static void sink(char *text) { if (text != NULL) free(text); }
static void consume(char *text) { sink(text); }
*/
import "C"
import "unsafe"

func escape(text string) string {
	c := C.CString(text)
	defer C.free(unsafe.Pointer(c))
	return C.GoString(C.curl_easy_escape(nil, c, 0)) // want `C\.GoString copies what C\.curl_easy_escape returned, and nothing frees the original`
}

func expanded(stmt *C.sqlite3_stmt) string {
	return C.GoString(C.sqlite3_expanded_sql(stmt)) // want `C\.GoString copies what C\.sqlite3_expanded_sql returned`
}

func both(a, b string) string {
	left, right := C.CString(a), C.CString(b)
	defer C.free(unsafe.Pointer(left))
	defer C.free(unsafe.Pointer(right))
	return C.GoString(C.joined(left, right)) // want `C\.GoString copies what C\.joined returned`
}

// libgit2 duplicates what a credential is made of.
func credential(user, password string) *C.git_credential {
	var made *C.git_credential
	C.git_credential_userpass_plaintext_new(&made, C.CString(user), C.CString(password)) // want `the result of C\.CString is passed to C\.git_credential_userpass_plaintext_new` `the result of C\.CString is passed`
	return made
}

func sized(text string) C.int {
	return C.indirect(C.CString(text)) // want `the result of C\.CString is passed to C\.indirect`
}

// Where it stops: released, lent by the library, kept by it, or freed in C.
func escaped(text string) string {
	c := C.CString(text)
	defer C.free(unsafe.Pointer(c))
	e := C.curl_easy_escape(nil, c, 0)
	defer C.curl_free(unsafe.Pointer(e))
	return C.GoString(e)
}

func lent(db *C.sqlite3, stmt *C.sqlite3_stmt, code C.CURLcode) []string {
	return []string{C.GoString(C.sqlite3_errmsg(db)), C.GoString(C.sqlite3_sql(stmt)), C.GoString(C.curl_easy_strerror(code)), C.GoString(C.kind(1))}
}

func certificate(pem string) *C.BIO { return C.BIO_new_mem_buf(unsafe.Pointer(C.CString(pem)), -1) }

func freed(text string) { C.consume(C.CString(text)) }
