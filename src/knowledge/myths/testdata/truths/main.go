// Says of some myths what this Go does: one line each, the id and what was seen.
package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"os/exec"
	"reflect"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const settleFor = 10 * time.Second // how long to wait for something that has to come

func say(id string, seen ...any) { fmt.Println(append([]any{id}, seen...)...) }

func recovered(f func()) (r any) {
	defer func() { r = recover() }()
	f()
	return nil
}

// eventually says whether the condition comes true in time.
func eventually(f func() bool) bool {
	for end := time.Now().Add(settleFor); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if f() {
			return true
		}
	}
	return false
}

func main() {
	if len(os.Args) > 1 {
		child(os.Args[1])
		return
	}
	maps()
	errorsAndChannels()
	memory()
	threads()
	say("E-39", firstLine(childWith("GODEBUG=cgocheck=2", "nothing")))
	say("E-14", firstLine(childWith("GODEBUG=", "concurrent map writes")))
	say("E-25", firstLine(childWith("GODEBUG=", "finalizer without argument")))
	trace := childWith("GODEBUG=gctrace=1", "collect")
	say("E-95", strings.Contains(trace, "scvg"), strings.Contains(trace, "MB goal"))
	say("E-09", strings.Contains(trace, "heap_alloc") || strings.Contains(trace, "next_gc"))
}

// child does what ends a process, or what only its own settings show.
func child(what string) {
	switch what {
	case "concurrent map writes":
		defer fmt.Println("a deferred function ran")
		m := map[int]int{}
		write := func() {
			defer func() {
				if recover() != nil {
					fmt.Println("recovered")
				}
			}()
			for i := 0; ; i++ {
				m[i%10] = i
			}
		}
		go write()
		go write()
		time.Sleep(settleFor)
	case "finalizer without argument":
		runtime.SetFinalizer(new([64]byte), func() {})
	case "collect":
		runtime.GC()
		runtime.GC() // begins only when the line of the first is printed (runtime/mgc.go, gcMarkTermination)
	}
}

func maps() {
	m := map[string]int{"a": 1}
	var pointers []*int
	for _, v := range map[int]int{1: 1, 2: 2} {
		pointers = append(pointers, &v)
	}
	say("E-01", pointers[0] != pointers[1], *pointers[0]+*pointers[1])
	say("E-08", reflect.TypeOf(m).Size())
	_, has := reflect.TypeOf(reflect.Value{}).MethodByName("Size")
	say("E-08-method", has)
	grown := map[int]bool{0: true}
	for k := range grown {
		if k < 100 {
			grown[k+1] = true
		}
	}
	say("E-11", len(grown) > 1)
	s, turns := []int{1, 2, 3}, 0
	for range s {
		s = append(s, 0)
		turns++
	}
	say("E-13", turns, len(s))
	update := func(m *map[string]int) {
		tmp := *m
		tmp["x"] = 42
	}
	data := map[string]int{}
	update(&data)
	say("E-89", data)
	var none map[string]int
	say("E-90", recovered(func() { none["x"] = 1 }))
	nan := map[float64]int{math.NaN(): 1, 2: 2}
	for k := range nan {
		delete(nan, k)
	}
	kept := len(nan)
	clear(nan)
	say("E-99", kept, len(nan))
}

type request struct{ id int }

func errorsAndChannels() {
	zero := 0
	r := recovered(func() { zero = 1 / zero })
	_, isRuntime := r.(runtime.Error)
	say("E-15", fmt.Sprintf("%T", r), isRuntime)
	var b []byte
	say("E-29", recovered(func() { _ = unsafe.Slice(&b[0], len(b)) }) != nil)
	closed := make(chan int)
	close(closed)
	v, ok := <-closed
	say("E-81", v, ok, recovered(func() { close(closed) }))
	var silent chan int
	ready := 0
	for range 10 {
		select {
		case <-closed:
			ready++
		case <-silent:
		}
	}
	say("E-82", ready)
	type key struct{}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "kept"))
	cancel()
	say("E-41", ctx.Err(), ctx.Value(key{}))
	say("E-136", recovered(func() { reflect.ValueOf(&request{}).Elem().Field(0).SetInt(1) }) != nil)
}

func memory() {
	var m map[int]int
	say("E-18", unsafe.Sizeof(m))
	var mixed struct {
		a byte
		b int64
		c byte
	}
	say("E-40", unsafe.Offsetof(mixed.a), unsafe.Offsetof(mixed.b), unsafe.Offsetof(mixed.c))
	bytes := []byte("kept")
	text := *(*string)(unsafe.Pointer(&bytes))
	bytes = nil
	runtime.GC()
	runtime.GC()
	say("E-47", text)
	_, has := reflect.TypeOf(runtime.MemStats{}).FieldByName("NumGoroutine")
	say("E-87", has)
	often, lowPeak := collections(10)
	seldom, highPeak := collections(100)
	say("E-98", often > 3*seldom)
	say("E-94", lowPeak < highPeak)
	say("E-92", boxed(7), boxed(70_000))
	say("E-132", syscall.EPOLLET < 0)
}

var anything any

// boxed counts what is allocated when an integer becomes an interface value.
func boxed(n int) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 1000 {
		anything = n
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs) / 1000
}

var sink []byte

// collections counts them while 400 MB are allocated beside a live 20 MB, with the largest goal on the way.
func collections(percent int) (count uint32, goalMax uint64) {
	defer debug.SetGCPercent(debug.SetGCPercent(percent))
	live := make([]byte, 20<<20)
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range 400 {
		sink = make([]byte, 1<<20)
		if i%20 == 19 {
			runtime.ReadMemStats(&now)
			goalMax = max(goalMax, now.NextGC)
		}
	}
	runtime.ReadMemStats(&now)
	runtime.KeepAlive(live)
	return now.NumGC - before.NumGC, goalMax
}

func threadCount() int {
	entries, err := os.ReadDir("/proc/self/task")
	if err != nil {
		panic(err)
	}
	return len(entries)
}

func threads() {
	before := runtime.NumGoroutine()
	timer := time.AfterFunc(time.Hour, func() {})
	say("E-85", runtime.NumGoroutine()-before)
	timer.Stop()

	done := make(chan bool)
	for range 1000 {
		go func() { time.Sleep(time.Nanosecond); done <- true }()
	}
	for range 1000 {
		<-done
	}
	say("E-62", threadCount() < 100)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	client, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		panic(err)
	}
	defer client.Close()
	go client.Read(make([]byte, 1))
	say("E-61", eventually(func() bool {
		var dump strings.Builder
		pprof.Lookup("goroutine").WriteTo(&dump, 2)
		return strings.Contains(dump.String(), "[IO wait") && strings.Contains(dump.String(), "net.(*conn).Read")
	}))

	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var pipe [2]int
	if err := syscall.Pipe(pipe[:]); err != nil {
		panic(err)
	}
	for range 20 {
		go func() { syscall.Read(pipe[0], make([]byte, 1)) }()
	}
	say("E-117", runtime.GOMAXPROCS(0), eventually(func() bool { return threadCount() > 20 }))
	syscall.Close(pipe[1])

	tid := make(chan int)
	go func() {
		runtime.LockOSThread()
		runtime.LockOSThread()
		runtime.UnlockOSThread()
		tid <- syscall.Gettid()
	}()
	path := fmt.Sprintf("/proc/self/task/%d", <-tid)
	say("E-118", eventually(func() bool {
		_, err := os.Stat(path)
		return errors.Is(err, os.ErrNotExist)
	}))
}

// childWith runs this program again with a setting; what it printed, and how it ended before that.
func childWith(setting, what string) string {
	command := exec.Command(os.Args[0], what)
	command.Env = append(os.Environ(), setting)
	out, err := command.CombinedOutput()
	return fmt.Sprint(err, ": ", string(out))
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return first
}
