#include "meter.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct channel {
	double sum;
	double last;
	uint64_t readings;
	uint64_t polls;
	char note[MT_NOTE_MAX];
};

struct mt_bus {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	mt_callback callback;
	struct channel *channels;
	mt_device **devices;
	size_t count, capacity;
};

mt_bus *mt_open(mt_callback callback) {
	mt_bus *bus = calloc(1, sizeof *bus);
	if (bus == NULL) return NULL;
	pthread_mutex_init(&bus->lock, NULL);
	pthread_cond_init(&bus->changed, NULL);
	bus->callback = callback;
	bus->channels = calloc(MT_CHANNELS, sizeof *bus->channels);
	return bus;
}

int mt_attach(mt_bus *bus, mt_device *device) {
	if (device->channel >= MT_CHANNELS) return EINVAL;
	pthread_mutex_lock(&bus->lock);
	if (bus->count == bus->capacity) {
		size_t capacity = bus->capacity ? 2 * bus->capacity : 64;
		mt_device **devices = realloc(bus->devices, capacity * sizeof *devices);
		if (devices == NULL) {
			pthread_mutex_unlock(&bus->lock);
			return ENOMEM;
		}
		bus->devices = devices;
		bus->capacity = capacity;
	}
	bus->devices[bus->count++] = device;
	pthread_mutex_unlock(&bus->lock);
	return 0;
}

int mt_detach(mt_bus *bus, uint64_t serial) {
	int result = ENOENT;
	pthread_mutex_lock(&bus->lock);
	for (size_t i = 0; i < bus->count; i++) {
		if (bus->devices[i]->serial == serial) {
			bus->devices[i] = bus->devices[--bus->count];
			result = 0;
			break;
		}
	}
	pthread_mutex_unlock(&bus->lock);
	return result;
}

int mt_note(mt_bus *bus, uint32_t channel, const char *note) {
	if (channel >= MT_CHANNELS) return EINVAL;
	pthread_mutex_lock(&bus->lock);
	strncpy(bus->channels[channel].note, note, MT_NOTE_MAX - 1);
	pthread_mutex_unlock(&bus->lock);
	return 0;
}

int mt_reading(mt_bus *bus, uint32_t channel, double level) {
	if (channel >= MT_CHANNELS) return EINVAL;
	pthread_mutex_lock(&bus->lock);
	bus->channels[channel].last = level;
	bus->channels[channel].sum += level;
	bus->channels[channel].readings++;
	pthread_cond_broadcast(&bus->changed);
	pthread_mutex_unlock(&bus->lock);
	return 0;
}

static void report(mt_bus *bus, mt_device *device) {
	struct channel *channel = &bus->channels[device->channel];
	mt_event event = {.serial = device->serial, .channel = device->channel};
	event.level = channel->readings ? channel->last : 0;
	event.kind = channel->readings ? 1 : 0;
	channel->polls++;
	bus->callback(device, &event);
}

int mt_poll(mt_bus *bus) {
	pthread_mutex_lock(&bus->lock);
	for (size_t i = 0; i < bus->count; i++) report(bus, bus->devices[i]);
	pthread_mutex_unlock(&bus->lock);
	return 0;
}

int mt_wait(mt_bus *bus, uint32_t channel, double threshold, int timeout_ms) {
	if (channel >= MT_CHANNELS) return EINVAL;
	struct timespec end;
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += timeout_ms / 1000;
	end.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (end.tv_nsec >= 1000000000) {
		end.tv_sec++;
		end.tv_nsec -= 1000000000;
	}
	int result = 0;
	pthread_mutex_lock(&bus->lock);
	while (bus->channels[channel].last <= threshold && result == 0)
		result = pthread_cond_timedwait(&bus->changed, &bus->lock, &end);
	pthread_mutex_unlock(&bus->lock);
	return result;
}

int mt_describe(const void *device, char *out, int out_size) {
	const mt_device *d = device;
	return snprintf(out, (size_t)out_size, "serial %llu channel %u flags %#x", (unsigned long long)d->serial, d->channel, d->flags);
}
