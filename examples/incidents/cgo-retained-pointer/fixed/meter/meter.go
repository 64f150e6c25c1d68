// Package meter is libmeter for Go.
package meter

/*
#cgo CFLAGS: -O1 -g
#cgo LDFLAGS: -lpthread
#include <stdlib.h>
#include "meter.h"

extern void goMeterEvent(mt_device *device, mt_event *event);

static mt_bus *open_bus(void) { return mt_open(goMeterEvent); }
*/
import "C"

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"unsafe"
)

// Device is one meter. Its record is C memory, because the library keeps it from Attach to Detach.
type Device struct {
	record *C.mt_device
	tags   map[string]string
}

// Bus is an open field bus.
type Bus struct {
	bus *C.mt_bus

	mu      sync.Mutex
	waiters map[*waiter]struct{}
}

type waiter struct {
	channel   uint32
	threshold float64
	reached   chan struct{}
}

// Open opens the bus.
func Open() (*Bus, error) {
	bus := C.open_bus()
	if bus == nil {
		return nil, errors.New("meter: bus does not open")
	}
	return &Bus{bus: bus, waiters: make(map[*waiter]struct{})}, nil
}

// Attach tells the library of a device and returns it. Detach it when it is gone.
func (b *Bus) Attach(serial uint64, channel uint32, tags map[string]string) (*Device, error) {
	record := (*C.mt_device)(C.calloc(1, C.sizeof_mt_device))
	record.serial = C.uint64_t(serial)
	record.channel = C.uint32_t(channel)
	if code := C.mt_attach(b.bus, record); code != 0 {
		C.free(unsafe.Pointer(record))
		return nil, syscall.Errno(code)
	}
	return &Device{record, tags}, nil
}

// Detach takes a device off the bus and frees its record. It does nothing the second time.
func (b *Bus) Detach(d *Device) error {
	if d.record == nil {
		return nil
	}
	if code := C.mt_detach(b.bus, d.record.serial); code != 0 {
		return syscall.Errno(code)
	}
	C.free(unsafe.Pointer(d.record))
	d.record = nil
	return nil
}

// Reading adds a level with the note the meter sent.
func (b *Bus) Reading(channel uint32, level float64, note string) error {
	text := C.CString(note)
	defer C.free(unsafe.Pointer(text))
	if code := C.mt_note(b.bus, C.uint32_t(channel), text); code != 0 {
		return syscall.Errno(code)
	}
	if code := C.mt_reading(b.bus, C.uint32_t(channel), C.double(level)); code != 0 {
		return syscall.Errno(code)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for w := range b.waiters {
		if w.channel == channel && level > w.threshold {
			close(w.reached)
			delete(b.waiters, w)
		}
	}
	return nil
}

// Poll makes the library report every device to Events.
func (b *Bus) Poll() {
	C.mt_poll(b.bus)
}

// Wait waits in Go, without a thread, until a level of a channel is above the threshold; it is false when the context is over.
func (b *Bus) Wait(ctx context.Context, channel uint32, threshold float64) bool {
	w := &waiter{channel, threshold, make(chan struct{})}
	b.mu.Lock()
	b.waiters[w] = struct{}{}
	b.mu.Unlock()
	select {
	case <-w.reached:
		return true
	case <-ctx.Done():
		b.mu.Lock()
		delete(b.waiters, w)
		b.mu.Unlock()
		return false
	}
}

// Describe returns the library's own line about a device.
func Describe(d *Device) string {
	var line [128]C.char
	n := C.mt_describe(unsafe.Pointer(d.record), &line[0], C.int(len(line)))
	return C.GoStringN(&line[0], n)
}
