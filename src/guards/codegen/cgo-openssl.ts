// The error codes of SSL_get_error as Go: all of them, each with what a wrapper should do. Source: openssl/ssl.h (3.0), SSL_get_error(3).
import {goFile} from './go-file.ts'

/** Code, name, strategy, and what it means. Any I/O call may want either direction. */
export const opensslCodes = [
  [0, 'NONE', 'Proceed', 'the call succeeded'],
  [1, 'SSL', 'Alert', 'a protocol error: read the error queue; the connection is dead and must not be shut down by SSL_shutdown'],
  [2, 'WANT_READ', 'PollRead', 'call again with the same arguments when the socket can be read'],
  [3, 'WANT_WRITE', 'PollWrite', 'call again with the same arguments when the socket can be written'],
  [4, 'WANT_X509_LOOKUP', 'CallAgain', 'the certificate callback asked to be called again'],
  [5, 'SYSCALL', 'CloseConnection', 'an I/O error: errno says which; before OpenSSL 3.0 errno 0 means an unexpected end'],
  [6, 'ZERO_RETURN', 'CloseConnection', 'the peer closed its side in order'],
  [7, 'WANT_CONNECT', 'PollWrite', 'the connection below is not made yet'],
  [8, 'WANT_ACCEPT', 'PollRead', 'the connection below is not accepted yet'],
  [9, 'WANT_ASYNC', 'CallAgain', 'an asynchronous engine has not finished'],
  [10, 'WANT_ASYNC_JOB', 'CallAgain', 'no asynchronous job could be started'],
  [11, 'WANT_CLIENT_HELLO_CB', 'CallAgain', 'the ClientHello callback asked to be called again'],
  [12, 'WANT_RETRY_VERIFY', 'CallAgain', 'the certificate verification callback asked to be called again'],
] as const

export function opensslGo(packageName: string, header: string): string {
  const f = goFile(packageName, header)
  f.use('context', 'fmt')
  const go = (name: string) =>
    `SSL${name
      .toLowerCase()
      .split('_')
      .map(part => part.charAt(0).toUpperCase() + part.slice(1))
      .join('')}`
  const width = Math.max(...opensslCodes.map(([, name]) => go(name).length))
  f.print(`
// SSLCode is an answer of SSL_get_error. Ask for it in the same function literal as the call it is about, with an empty error queue before
// (ERR_clear_error): queue and errno belong to the thread.
type SSLCode int

const (
${opensslCodes.map(([code, name, , means]) => `\t// ${go(name)}: ${means}.\n\t${go(name)}${code === 0 ? ' SSLCode = iota' : ''}\n`).join('')})

// Strategy is what to do about an SSLCode.
type Strategy int

const (
	Proceed Strategy = iota
	// PollRead and PollWrite wait for the socket, with a deadline, and call again.
	PollRead
	PollWrite
	// CallAgain calls again when the callback or engine has done its part.
	CallAgain
	// CloseConnection records errno and closes.
	CloseConnection
	// Alert counts, reports the error queue and closes.
	Alert
)

var strategies = [...]Strategy{
${opensslCodes.map(([, name, strategy]) => `\t${go(name)}:${' '.repeat(width - go(name).length)} ${strategy},\n`).join('')}}

// Strategy of a code; codes of later versions alert.
func (c SSLCode) Strategy() Strategy {
	if c < 0 || int(c) >= len(strategies) {
		return Alert
	}
	return strategies[c]
}

// SSLError is a failure that ends the connection.
type SSLError struct {
	Code SSLCode
	// Errno is set for SSLSyscall, Reason is the text of the error queue for SSLSsl.
	Errno  error
	Reason string
}

func (e *SSLError) Error() string {
	return fmt.Sprintf("openssl: code %d (errno %v) %s", int(e.Code), e.Errno, e.Reason)
}

// Unwrap gives errno to errors.Is.
func (e *SSLError) Unwrap() error { return e.Errno }

// retriesMax bounds CallAgain without a wait between.
const retriesMax = 1000

// Retry calls op until it succeeds, fails for good, or ctx ends. wait returns when the socket is ready in the direction asked for; it must
// honour ctx, because nothing else bounds the wait.
func Retry(ctx context.Context, op func() (SSLCode, *SSLError), wait func(ctx context.Context, write bool) error) error {
	for again := 0; ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		code, failure := op()
		switch code.Strategy() {
		case Proceed:
			return nil
		case PollRead, PollWrite:
			if err := wait(ctx, code.Strategy() == PollWrite); err != nil {
				return err
			}
			again = 0
		case CallAgain:
			if again++; again > retriesMax {
				return &SSLError{Code: code, Reason: "asked to be called again too often"}
			}
		default:
			if failure == nil {
				failure = &SSLError{Code: code}
			}
			return failure
		}
	}
}
`)
  return f.toString()
}
