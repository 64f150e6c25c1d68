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
	device, err := bus.Attach(serial, channel, tags)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.devices[serial] = device
	return nil
}

func (r *registry) device(serial uint64) *meter.Device {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.devices[serial]
}

func (r *registry) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.devices)
}
