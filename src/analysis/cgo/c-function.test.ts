// What bodies and descriptions say of C functions, function by function.
import {expect, test} from 'vitest'
import {defineRule} from '../engine/rule.ts'
import {hazardsIn} from '../testing/golden.ts'
import {cFunction} from './c-function.ts'
import {cCallName} from './c-member.ts'

/** Reports of each call of C what is known of its callee. */
const probe = defineRule({
  id: 'probe',
  title: 'What is known',
  severity: 'info',
  confidence: 1,
  preset: 'all',
  since: '0.1',
  sources: ['none'],
  messages: {known: {what: '{text}', why: '-', next: 'Look.'}},
  run(pass) {
    for (const call of pass.nodes('CallExpr')) {
      const name = cCallName(pass, call)
      if (name === undefined) continue
      const facts = cFunction(pass, name)
      const text =
        facts === undefined
          ? 'unknown'
          : [
              `by ${facts.saidBy}`,
              ...call.args.map((_, i) => facts.argument(i)),
              ...(facts.returns === undefined
                ? []
                : [`returns ${facts.returns}${facts.freeWith === undefined ? '' : `, ${facts.freeWith}`}`]),
              ...(facts.mayBlock ? ['may block'] : []),
              ...(facts.thread === undefined ? [] : [`thread ${facts.thread}`]),
            ].join('; ')
      pass.report(call, 'known', {data: {text: `${name}: ${text}`}})
    }
  },
})

const source = `package p

/*
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <pthread.h>
#include <openssl/ssl.h>

struct node { char *name; int n; };
static struct node *first;
static __thread int last;
static pthread_mutex_t mu;

static int length(const char *s) { if (!s) return 0; return (int)strlen(s); }
static int twice(const char *s) { return 2 * length(s); }
static void drop(void *p) { free(p); }
static void drop_it(void *p) { drop((char *)p); }
static void keep(struct node *n) { first = n; }
static void name(struct node *n, char *s) { n->name = s; }
static void pass(char *s) { elsewhere(s); }
static char *copy(const char *s) { return strdup(s); }
static char *joined(const char *a) { char *r = malloc(2); if (!r) return NULL; strcpy(r, a); return r; }
static const char *title(void) { return "title"; }
static char *either(int n) { return n ? copy("a") : NULL; }
static SSL *fresh(SSL_CTX *c) { return SSL_new(c); }
static void nap(void) { usleep(10); }
static void nap_later(void) { nap(); }
static void count(void) { first->n = 1; first = NULL; }
static void safe(void) { pthread_mutex_lock(&mu); first = NULL; pthread_mutex_unlock(&mu); }
static int error_of(void) { return last; }
static unsigned long queue(void) { return ERR_get_error(); }

struct ops { void (*free)(void *p); };
#define EACH drop(p);
static void again(char *p) { p = strdup(p); free(p); }
static void hook(struct ops *o, void *p) { o->free(p); }
static void every(void *p) { EACH }
static void number(int n) { first->n = n; }
static struct node *listed(void) { struct node *n = malloc(8); n->name = 0; first = n; return n; }
static struct node *named(const char *s) { struct node *n; n = malloc(8); n->name = strdup(s); return n; }
static int recurse(char *p, int n) { return n ? recurse(p, n - 1) : (int)strlen(p); }
*/
import "C"

func f() {
	C.length(nil)
	C.twice(nil)
	C.drop(nil)
	C.drop_it(nil)
	C.keep(nil)
	C.name(nil, nil)
	C.pass(nil)
	C.copy(nil)
	C.joined(nil)
	C.title()
	C.either(1)
	C.fresh(nil)
	C.nap_later()
	C.count()
	C.safe()
	C.error_of()
	C.queue()
	C.SSL_set_bio(nil, nil, nil)
	C.SSL_read(nil, nil, 0)
	C.CRYPTO_set_locking_callback(nil)
	C.git_clone(nil, nil, nil, nil)
	C.nobody(nil)
	C.again(nil)
	C.hook(nil, nil)
	C.every(nil)
	C.number(1)
	C.listed()
	C.named(nil)
	C.recurse(nil, 1)
}
`

test('bodies are read first, descriptions of included libraries after them, and nothing is claimed of the rest', async () => {
  const {hazards} = await hazardsIn([probe], 'p.go', source)
  expect(hazards.map(hazard => hazard.what)).toEqual([
    'length: by body; borrowed',
    'twice: by body; borrowed',
    'drop: by body; owned',
    'drop_it: by body; owned',
    'keep: by body; stored; thread process',
    'name: by body; borrowed; stored',
    'pass: by body; unknown',
    'copy: by body; borrowed; returns owned, free',
    'joined: by body; borrowed; returns owned, free',
    'title: by body; returns borrowed',
    'either: by body; borrowed', // what it returns is a choice between two values, which is not looked into
    'fresh: by body; borrowed; returns owned, SSL_free',
    'nap_later: by body; may block',
    'count: by body; thread process',
    'safe: by body',
    'error_of: by body; thread own',
    'queue: by body; thread own',
    'SSL_set_bio: by OpenSSL; unknown; owned; owned',
    'SSL_read: by OpenSSL; borrowed; borrowed; unknown; may block; thread own',
    'CRYPTO_set_locking_callback: by OpenSSL; unknown', // which version is not known
    'git_clone: unknown', // no header of libgit2 is included
    'nobody: unknown',
    'again: by body; unknown', // what it frees is a copy
    'hook: by body; borrowed; unknown', // a field may hold any function, whatever its name
    'every: by body; unknown', // a macro names the parameter
    'number: by body; borrowed; thread process', // a number is copied, not kept
    'listed: by body; thread process', // its result is in a list, too
    'named: by body; borrowed; returns owned', // but free alone would lose what it holds
    'recurse: by body; unknown; borrowed',
  ])
})
