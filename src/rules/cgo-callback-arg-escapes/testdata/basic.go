package callbacks

// typedef struct { int kind; double level; } event;
import "C"

import "unsafe"

type message struct {
	event *C.event
	level float64
}

type state struct{ latest *C.event }

var (
	queue   = make(chan message, 16)
	last    *C.event
	handled int
	states  = map[int]*C.event{}
	current = &state{}
	kept    []*C.event
)

//export onEvent
func onEvent(e *C.event, user unsafe.Pointer) {
	queue <- message{event: e} // want `onEvent, which C calls, sends on a channel its parameter e`
	(*state)(user).latest = nil
}

//export onLast
func onLast(e *C.event) {
	last = e // want `onLast, which C calls, stores its parameter e`
}

//export onMap
func onMap(e *C.event) {
	states[1] = e // want `stores its parameter e`
}

//export onField
func onField(e *C.event) {
	current.latest = e // want `stores its parameter e`
}

//export onGo
func onGo(e *C.event) {
	go func() {
		handled += int(e.kind) // want `onGo, which C calls, reads in another goroutine its parameter e`
	}()
}

//export onGoArgument
func onGoArgument(e *C.event) {
	go handle(e) // want `hands a goroutine its parameter e`
}

//export onAppend
func onAppend(e *C.event) {
	kept = append(kept, e) // want `onAppend, which C calls, stores its parameter e`
}

//export onLater
func onLater(e *C.event) {
	go func() {
		handle(e) // want `onLater, which C calls, reads in another goroutine its parameter e`
	}()
}

//export onLocalAppend
func onLocalAppend(e *C.event) {
	var mine []*C.event
	mine = append(mine, e)
	handled += len(mine)
}

//export onCopy
func onCopy(e *C.event) {
	copied := *e
	queue <- message{level: float64(e.level)}
	mine := e
	handled += int(mine.kind) + int(copied.kind)
	handle(e)
}

// Not exported: C does not call it.
func keep(e *C.event) { last = e }

func handle(e *C.event) {}
