package main

import (
	"sync"

	"example.com/relay/meter"
)

// registry knows the devices that are connected now.
type registry struct {
	mu      sync.Mutex
	devices map[uint64]*meter.Device
}

// connect attaches a device. Meters connect again whenever their line was down.
func (r *registry) connect(bus *meter.Bus, serial uint64, channel uint32, tags map[string]string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old := r.devices[serial]; old != nil {
		if err := bus.Detach(old); err != nil {
			return err
		}
		delete(r.devices, serial)
	}
	device, err := bus.Attach(serial, channel, tags)
	if err != nil {
		return err
	}
	r.devices[serial] = device
	return nil
}

// describe returns the library's line about a device. The lock keeps its record on the bus meanwhile.
func (r *registry) describe(serial uint64) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	device := r.devices[serial]
	if device == nil {
		return "", false
	}
	return meter.Describe(device), true
}

func (r *registry) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.devices)
}
