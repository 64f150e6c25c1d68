package meter

/*
#include "meter.h"
*/
import "C"

// Event is what the library says of a device.
type Event struct {
	record *C.mt_event
}

// Serial of the device the event is about.
func (e Event) Serial() uint64 { return uint64(e.record.serial) }

// Level is the last level of its channel.
func (e Event) Level() float64 { return float64(e.record.level) }

var events = make(chan Event, 4096)

// Events delivers what Poll reports.
func Events() <-chan Event { return events }

//export goMeterEvent
func goMeterEvent(device *C.mt_device, event *C.mt_event) {
	select {
	case events <- Event{event}:
	default: // the reader is behind; the next poll says it again
	}
}
