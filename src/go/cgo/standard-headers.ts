// What the C library's headers declare, as far as cgo code leans on it, written as C for our own parser. These stand in for headers that are
// not on this machine; a name that is not here is unknown, never wrong. Types follow glibc on Linux and the mingw-w64 headers on Windows.
import type {CPlatform} from './platform.ts'

/**
 * Declarations in place of `<name>`; undefined for headers that are not of the C library. `isStrict`: under `-std=c99` and the like glibc's stdlib.h
 * shows what the C standard has; what a feature macro would bring back is unknown here.
 */
export function standardHeader(name: string, platform: CPlatform, isStrict = false): string | undefined {
  const text = Object.hasOwn(headers, name) ? headers[name] : undefined
  if (text === undefined) return undefined
  return typeof text === 'string' ? text : text(platform, isStrict)
}

type Text = string | ((platform: CPlatform, isStrict: boolean) => string)

const isWindows = (platform: CPlatform) => platform.goos === 'windows'
/** The 64-bit integer of int64_t: long where long has 64 bits, but Apple and Windows use long long. */
const wideWord = (platform: CPlatform) =>
  platform.longBytes === 8 && platform.goos !== 'darwin' && platform.goos !== 'ios' ? 'long' : 'long long'
const pointerWord = (platform: CPlatform) =>
  isWindows(platform) && platform.pointerBytes === 8 ? 'long long' : platform.pointerBytes === 8 ? 'long' : 'int'
const sizeWord = (platform: CPlatform) =>
  isWindows(platform) && platform.pointerBytes === 8 ? 'unsigned long long' : platform.pointerBytes === 8 ? 'unsigned long' : 'unsigned int'

const sizeT = (platform: CPlatform) => `typedef ${sizeWord(platform)} size_t;\n#define NULL ((void*)0)\n`

const stddef = (platform: CPlatform) => `${sizeT(platform)}
typedef ${pointerWord(platform)} ptrdiff_t;
typedef ${platform.wcharBytes === 2 ? 'unsigned short' : platform.wcharSigned ? 'int' : 'unsigned int'} wchar_t;
`

/** glibc reaches the exact types through names of its own; cgo shows those names, so they are part of the facts. */
const stdint = (platform: CPlatform) => {
  const wide = wideWord(platform)
  const glibc = platform.goos === 'linux'
  const exact = (bits: number, base: string) => {
    const unsigned = base === 'signed char' ? 'unsigned char' : `unsigned ${base}`
    return glibc
      ? `typedef ${base} __int${bits}_t;\ntypedef ${unsigned} __uint${bits}_t;\ntypedef __int${bits}_t int${bits}_t;\ntypedef __uint${bits}_t uint${bits}_t;\n`
      : `typedef ${base} int${bits}_t;\ntypedef ${unsigned} uint${bits}_t;\n`
  }
  return `${exact(8, 'signed char')}${exact(16, 'short')}${exact(32, 'int')}${exact(64, wide)}
typedef ${pointerWord(platform)} intptr_t;
typedef unsigned ${pointerWord(platform)} uintptr_t;
${glibc ? `typedef ${wide} __intmax_t;\ntypedef unsigned ${wide} __uintmax_t;\ntypedef __intmax_t intmax_t;\ntypedef __uintmax_t uintmax_t;` : `typedef ${wide} intmax_t;\ntypedef unsigned ${wide} uintmax_t;`}
#define INT8_MAX 127
#define INT16_MAX 32767
#define INT32_MAX 2147483647
#define INT64_MAX 9223372036854775807LL
#define INT8_MIN (-128)
#define INT16_MIN (-32767-1)
#define INT32_MIN (-2147483647-1)
#define INT64_MIN (-9223372036854775807LL-1)
#define UINT8_MAX 255
#define UINT16_MAX 65535
#define UINT32_MAX 4294967295U
#define UINT64_MAX 18446744073709551615ULL
#define SIZE_MAX ${platform.pointerBytes === 8 ? '18446744073709551615UL' : '4294967295U'}
`
}

const stdlib = (platform: CPlatform, isStrict: boolean) => `${stddef(platform)}
void *malloc(size_t size); void *calloc(size_t count, size_t size); void *realloc(void *p, size_t size); void free(void *p);
void abort(void); void exit(int status); int atexit(void (*f)(void)); char *getenv(const char *name); int system(const char *command);
int atoi(const char *s); long atol(const char *s); long long atoll(const char *s); double atof(const char *s);
long strtol(const char *s, char **end, int base); unsigned long strtoul(const char *s, char **end, int base);
long long strtoll(const char *s, char **end, int base); unsigned long long strtoull(const char *s, char **end, int base); double strtod(const char *s, char **end);
int rand(void); void srand(unsigned int seed); int abs(int x); long labs(long x);
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
${isWindows(platform) || isStrict ? '' : 'int setenv(const char *name, const char *value, int overwrite); int unsetenv(const char *name);'}
#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
`

const string = (platform: CPlatform) => `${sizeT(platform)}
size_t strlen(const char *s); char *strcpy(char *d, const char *s); char *strncpy(char *d, const char *s, size_t n);
char *strcat(char *d, const char *s); char *strncat(char *d, const char *s, size_t n); int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n); char *strchr(const char *s, int c); char *strrchr(const char *s, int c); char *strstr(const char *a, const char *b);
char *strdup(const char *s); char *strerror(int e); char *strtok(char *s, const char *sep);
void *memcpy(void *d, const void *s, size_t n); void *memmove(void *d, const void *s, size_t n); void *memset(void *d, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n); void *memchr(const void *s, int c, size_t n);
${isWindows(platform) ? '' : 'char *strndup(const char *s, size_t n); size_t strnlen(const char *s, size_t n); int strcasecmp(const char *a, const char *b);'}
`

const stdio = (platform: CPlatform) => `${sizeT(platform)}
${isWindows(platform) ? 'struct _iobuf; typedef struct _iobuf FILE;' : 'struct _IO_FILE; typedef struct _IO_FILE FILE;'}
${platform.goos === 'linux' ? 'extern FILE *stdin; extern FILE *stdout; extern FILE *stderr;' : ''}
int printf(const char *format, ...); int fprintf(FILE *f, const char *format, ...); int sprintf(char *s, const char *format, ...);
int snprintf(char *s, size_t n, const char *format, ...); int puts(const char *s); int fputs(const char *s, FILE *f); int putchar(int c); int fputc(int c, FILE *f);
FILE *fopen(const char *name, const char *mode); int fclose(FILE *f); size_t fread(void *p, size_t size, size_t n, FILE *f);
size_t fwrite(const void *p, size_t size, size_t n, FILE *f); int fflush(FILE *f); int fseek(FILE *f, long at, int whence); long ftell(FILE *f); void rewind(FILE *f);
int feof(FILE *f); int ferror(FILE *f); char *fgets(char *s, int n, FILE *f); int fgetc(FILE *f); void perror(const char *s); int remove(const char *name);
#define EOF (-1)
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
`

const limits = (platform: CPlatform) => `
#define CHAR_BIT 8
#define SCHAR_MAX 127
#define UCHAR_MAX 255
#define SHRT_MAX 32767
#define SHRT_MIN (-32768)
#define USHRT_MAX 65535
#define INT_MAX 2147483647
#define INT_MIN (-2147483647-1)
#define UINT_MAX 4294967295U
#define LLONG_MAX 9223372036854775807LL
#define ULLONG_MAX 18446744073709551615ULL
${platform.longBytes === 8 ? '#define LONG_MAX 9223372036854775807L\n#define LONG_MIN (-9223372036854775807L-1)\n#define ULONG_MAX 18446744073709551615UL' : '#define LONG_MAX 2147483647L\n#define LONG_MIN (-2147483647L-1)\n#define ULONG_MAX 4294967295UL'}
`

const errno = (platform: CPlatform) =>
  platform.goos === 'linux'
    ? [
        ['EPERM', 1],
        ['ENOENT', 2],
        ['ESRCH', 3],
        ['EINTR', 4],
        ['EIO', 5],
        ['ENXIO', 6],
        ['E2BIG', 7],
        ['EBADF', 9],
        ['EAGAIN', 11],
        ['ENOMEM', 12],
        ['EACCES', 13],
        ['EFAULT', 14],
        ['EBUSY', 16],
        ['EEXIST', 17],
        ['ENODEV', 19],
        ['ENOTDIR', 20],
        ['EISDIR', 21],
        ['EINVAL', 22],
        ['ENFILE', 23],
        ['EMFILE', 24],
        ['ENOSPC', 28],
        ['EPIPE', 32],
        ['EDOM', 33],
        ['ERANGE', 34],
      ]
        .map(([name, value]) => `#define ${name} ${value}\n`)
        .join('')
    : ''

const math = `
double sin(double x); double cos(double x); double tan(double x); double asin(double x); double acos(double x); double atan(double x); double atan2(double y, double x);
double exp(double x); double log(double x); double log2(double x); double log10(double x); double pow(double x, double y); double sqrt(double x); double cbrt(double x);
double floor(double x); double ceil(double x); double round(double x); double trunc(double x); double fabs(double x); double fmod(double x, double y); double hypot(double x, double y);
float sinf(float x); float cosf(float x); float sqrtf(float x); float powf(float x, float y); float fabsf(float x); float floorf(float x); float expf(float x); float logf(float x);
`

const posixTypes = (platform: CPlatform) =>
  platform.goos === 'linux'
    ? `${sizeT(platform)}
typedef ${platform.longBytes === 8 ? 'long' : 'int'} __ssize_t; typedef __ssize_t ssize_t; typedef int __pid_t; typedef __pid_t pid_t;
typedef unsigned int __uid_t; typedef __uid_t uid_t; typedef unsigned int __gid_t; typedef __gid_t gid_t; typedef unsigned int __mode_t; typedef __mode_t mode_t;
typedef long __off_t; typedef __off_t off_t; typedef long __time_t; typedef __time_t time_t; typedef unsigned int __useconds_t; typedef __useconds_t useconds_t;
typedef long __suseconds_t; typedef __suseconds_t suseconds_t; typedef unsigned long pthread_t;
`
    : sizeT(platform)

const time = (platform: CPlatform) =>
  platform.goos === 'linux'
    ? `${posixTypes(platform)}
typedef long __syscall_slong_t;
struct timespec { __time_t tv_sec; __syscall_slong_t tv_nsec; };
struct timeval { __time_t tv_sec; __suseconds_t tv_usec; };
struct tm { int tm_sec; int tm_min; int tm_hour; int tm_mday; int tm_mon; int tm_year; int tm_wday; int tm_yday; int tm_isdst; long tm_gmtoff; const char *tm_zone; };
time_t time(time_t *t); int nanosleep(const struct timespec *request, struct timespec *left);
`
    : sizeT(platform)

const unistd = (platform: CPlatform) =>
  isWindows(platform)
    ? ''
    : `${posixTypes(platform)}
unsigned int sleep(unsigned int seconds); int usleep(${platform.goos === 'linux' ? '__useconds_t' : 'unsigned int'} us); int pause(void); void _exit(int status); int close(int fd); int dup(int fd);
${platform.goos === 'linux' ? 'ssize_t read(int fd, void *p, size_t n); ssize_t write(int fd, const void *p, size_t n); pid_t getpid(void); pid_t fork(void); uid_t getuid(void);' : ''}
`

const dlfcn = (platform: CPlatform) =>
  isWindows(platform)
    ? ''
    : `void *dlopen(const char *file, int mode); void *dlsym(void *handle, const char *name); int dlclose(void *handle); char *dlerror(void);
${platform.goos === 'linux' ? '#define RTLD_LAZY 1\n#define RTLD_NOW 2\n#define RTLD_GLOBAL 256\n#define RTLD_LOCAL 0\n' : ''}`

const headers: Readonly<Record<string, Text>> = {
  'stddef.h': stddef,
  'stdint.h': stdint,
  'inttypes.h': stdint,
  'stdbool.h': '#define bool _Bool\n#define true 1\n#define false 0\n',
  'stdlib.h': stdlib,
  'string.h': string,
  'strings.h': string,
  'stdio.h': stdio,
  'limits.h': limits,
  'errno.h': errno,
  'math.h': math,
  'sys/types.h': platform =>
    posixTypes(platform) +
    (platform.goos === 'linux'
      ? stdint(platform)
          .split('\n')
          .filter(line => /\bu?int\d+_t;$/.test(line) && !/ uint\d+_t;$/.test(line))
          .join('\n')
      : ''),
  'sys/time.h': time,
  'time.h': time,
  'unistd.h': unistd,
  'stdarg.h': '',
  'assert.h': '',
  'ctype.h': 'int isalpha(int c); int isdigit(int c); int isspace(int c); int tolower(int c); int toupper(int c);',
  'float.h': '#define FLT_MAX 3.40282346638528859812e+38F\n#define DBL_MAX 1.79769313486231570815e+308\n',
  'signal.h': '#define SIGINT 2\n#define SIGILL 4\n#define SIGFPE 8\n#define SIGSEGV 11\n#define SIGTERM 15\n',
  'setjmp.h': '',
  'locale.h': 'char *setlocale(int category, const char *locale);',
  'malloc.h': stdlib,
  'memory.h': string,
  'dlfcn.h': dlfcn,
}
