/*
 * What the line needs of QEMU. The plugin interface is documented (docs/devel/tcg-plugins.rst); the rest is QEMU's own: memory regions
 * (docs/devel/memory.rst), timers, ISA interrupts. Its objects are opaque here and given more room than they need.
 */
#ifndef QEMU_H
#define QEMU_H

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t qemu_plugin_id_t;
typedef void *qemu_irq;

struct qemu_info;

struct memory_region {
    uint64_t words[128];
};

struct timer {
    uint64_t words[32];
};

struct access {
    unsigned least, most;
    bool unaligned;
};

struct memory_region_ops {
    uint64_t (*read)(void *owner, uint64_t place, unsigned size);
    void (*write)(void *owner, uint64_t place, uint64_t value, unsigned size);
    void *read_with_attributes, *write_with_attributes;
    int endianness;
    struct {
        struct access sizes;
        void *accepts;
    } valid;
    struct access implemented;
};

enum { LITTLE_ENDIAN_DEVICE = 2, CLOCK_VIRTUAL = 1 };

extern int qemu_plugin_version;
int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int count, char **arguments);
void qemu_plugin_register_vcpu_init_cb(qemu_plugin_id_t id, void (*begins)(qemu_plugin_id_t id, unsigned cpu));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*ended)(qemu_plugin_id_t id, void *data), void *data);
void qemu_plugin_outs(const char *text);

void *get_system_io(void);
void memory_region_init_io(struct memory_region *region, void *owner, const struct memory_region_ops *operations, void *opaque,
                           const char *name, uint64_t size);
void memory_region_add_subregion_overlap(void *container, uint64_t at, struct memory_region *region, int priority);
int64_t qemu_clock_get_ns(int clock);
void timer_init_full(struct timer *timer, void *group, int clock, int scale, int attributes, void (*fired)(void *owner), void *owner);
void timer_mod(struct timer *timer, int64_t at);
void timer_del(struct timer *timer);
qemu_irq isa_get_irq(void *device, unsigned irq);
void qemu_set_irq(qemu_irq irq, int level);

#endif
