/* libmeter 2.3: collects the readings of meters that report over a field bus. */
#ifndef METER_H
#define METER_H

#include <stdint.h>

typedef struct mt_device {
	uint64_t serial;
	uint32_t channel; /* 0 … MT_CHANNELS - 1 */
	uint32_t flags;
	uintptr_t user; /* handed back as it was given */
} mt_device;

typedef struct mt_event {
	uint64_t serial;
	double level;
	uint32_t channel;
	uint32_t kind;
} mt_event;

#define MT_CHANNELS 64

typedef struct mt_bus mt_bus;
typedef void (*mt_callback)(mt_device *device, mt_event *event);

mt_bus *mt_open(mt_callback callback);

/* The record must stay valid and in place until mt_detach. */
int mt_attach(mt_bus *bus, mt_device *device);
int mt_detach(mt_bus *bus, uint64_t serial);

/* Copies the first MT_NOTE_MAX bytes of the note. */
#define MT_NOTE_MAX 120
int mt_note(mt_bus *bus, uint32_t channel, const char *note);

int mt_reading(mt_bus *bus, uint32_t channel, double level);

/* Calls back once for every attached device. The event is valid during the callback. */
int mt_poll(mt_bus *bus);

/* Blocks until a level above the threshold is seen on the channel, or the time is over. */
int mt_wait(mt_bus *bus, uint32_t channel, double threshold, int timeout_ms);

/* Writes a line about a device record. */
int mt_describe(const void *device, char *out, int out_size);

#endif
