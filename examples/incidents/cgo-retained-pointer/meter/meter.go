// Package meter is libmeter for Go.
package meter

/*
#cgo CFLAGS: -O1 -g
#cgo LDFLAGS: -lpthread
#include "meter.h"

extern void goMeterEvent(mt_device *device, mt_event *event);

static mt_bus *open_bus(void) { return mt_open(goMeterEvent); }
*/
import "C"

import (
	"errors"
	"syscall"
	"time"
	"unsafe"
)

// Device is one meter. It starts like mt_device: the library reads serial, channel and flags where they are.
type Device struct {
	serial  uint64
	channel uint32
	flags   uint32
	tags    map[string]string
	seen    time.Time
}

// Bus is an open field bus.
type Bus struct {
	bus *C.mt_bus
}

// Open opens the bus.
func Open() (*Bus, error) {
	bus := C.open_bus()
	if bus == nil {
		return nil, errors.New("meter: bus does not open")
	}
	return &Bus{bus}, nil
}

// Attach tells the library of a device and returns it.
func (b *Bus) Attach(serial uint64, channel uint32, tags map[string]string) (*Device, error) {
	d := &Device{serial: serial, channel: channel, tags: tags, seen: time.Now()}
	// As unsafe.Pointer(d) this panics because of the map; the library does not look at it.
	if code := C.mt_attach(b.bus, (*C.mt_device)(unsafe.Pointer(d))); code != 0 {
		return nil, syscall.Errno(code)
	}
	return d, nil
}

// Detach takes a device off the bus.
func (b *Bus) Detach(serial uint64) error {
	if code := C.mt_detach(b.bus, C.uint64_t(serial)); code != 0 {
		return syscall.Errno(code)
	}
	return nil
}

// Reading adds a level with the note the meter sent.
func (b *Bus) Reading(channel uint32, level float64, note string) error {
	if code := C.mt_note(b.bus, C.uint32_t(channel), C.CString(note)); code != 0 {
		return syscall.Errno(code)
	}
	if code := C.mt_reading(b.bus, C.uint32_t(channel), C.double(level)); code != 0 {
		return syscall.Errno(code)
	}
	return nil
}

// Poll makes the library report every device to Events.
func (b *Bus) Poll() {
	C.mt_poll(b.bus)
}

// Wait waits until the level of a channel is above the threshold; it is false when the time is over.
func (b *Bus) Wait(channel uint32, threshold float64, timeout time.Duration) bool {
	return C.mt_wait(b.bus, C.uint32_t(channel), C.double(threshold), C.int(timeout.Milliseconds())) == 0
}

// Describe returns the library's own line about a device.
func Describe(d *Device) string {
	var line [128]C.char
	n := C.mt_describe(unsafe.Pointer(d), &line[0], C.int(len(line)))
	return C.GoStringN(&line[0], n)
}
