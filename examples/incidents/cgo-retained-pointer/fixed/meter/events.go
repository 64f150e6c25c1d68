package meter

/*
#include "meter.h"
*/
import "C"

// Event is what the library says of a device.
type Event struct {
	Serial uint64
	Level  float64 // the last level of its channel
}

var events = make(chan Event, 4096)

// Events delivers what Poll reports.
func Events() <-chan Event { return events }

//export goMeterEvent
func goMeterEvent(device *C.mt_device, event *C.mt_event) {
	copied := Event{Serial: uint64(event.serial), Level: float64(event.level)} // the record lives during the callback only
	select {
	case events <- copied:
	default: // the reader is behind; the next poll says it again
	}
}
